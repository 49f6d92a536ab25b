/*
 * What the service says of an input that breaks the model's constraints:
 *
 *     1 validation error detected: Value '…' at 'a.b.1.member.c' failed to satisfy constraint: Member must …
 */
import { pathText } from './model.mjs';

/* More of a value than this is not repeated (docs/compatibility.md). */
const QUOTED_BYTES = 8192;

const characters = (text) => [...text].length;

function cut(text) {
  const bytes = Buffer.from(text);
  if (bytes.length <= QUOTED_BYTES) return text;
  let end = QUOTED_BYTES;
  while ((bytes[end] & 0xc0) === 0x80) end -= 1;
  return `${bytes.subarray(0, end)}...`;
}

function shown(shape, value) {
  if (value === null || value === undefined) return 'null';
  switch (shape.type) {
    case 'double':
      return Number.isInteger(value) ? value.toFixed(1) : String(value);
    case 'list':
      return `[${value.map((item) => shown(shape.element, item)).join(', ')}]`;
    case 'map':
      return `{${Object.entries(value)
        .map(([key, item]) => `${key}=${shown(shape.element, item)}`)
        .join(', ')}}`;
    case 'structure':
      return `${shape.name}(${shape.members.map(({ name, shape: part }) => `${name}=${shown(part, value[name])}`).join(', ')})`;
    default:
      return String(value);
  }
}

class Finder {
  constructor() {
    this.clauses = [];
  }

  add(path, shape, value, rule) {
    const quoted = value === null || value === undefined ? 'null' : `'${cut(shown(shape, value))}'`;
    this.clauses.push(`Value ${quoted} at '${pathText(path)}' failed to satisfy constraint: Member must ${rule}`);
  }

  range(path, shape, value, measure, what) {
    if (shape.max !== undefined && measure > shape.max)
      this.add(path, shape, value, `have ${what} less than or equal to ${shape.max}`);
    if (shape.min !== undefined && measure < shape.min)
      this.add(path, shape, value, `have ${what} greater than or equal to ${shape.min}`);
  }

  text(path, shape, value) {
    if (shape.accepts && !shape.accepts.test(value))
      this.add(path, shape, value, `satisfy regular expression pattern: ${shape.pattern}`);
    this.range(path, shape, value, characters(value), 'length');
  }

  enumerated(path, shape, value) {
    if (!shape.enum.includes(value)) this.add(path, shape, value, `satisfy enum value set: [${shape.enumShown.join(', ')}]`);
  }

  /* An element that is null, or whatever it is otherwise. */
  element(path, shape, value) {
    if (value === null) this.add(path, shape, null, 'not be null');
    else this.value(path, shape, value);
  }

  collection(path, shape, value, size, elements) {
    this.range(path, shape, value, size, 'length');
    if (shape.max === undefined || size <= shape.max) elements();
  }

  value(path, shape, value) {
    switch (shape.type) {
      case 'string':
        this.text(path, shape, String(value));
        break;
      case 'enum':
        this.enumerated(path, shape, value);
        break;
      case 'integer':
      case 'long':
      case 'double':
        this.range(path, shape, value, Number(value), 'value');
        break;
      case 'structure':
        this.structure(path, shape, value);
        break;
      case 'list':
        this.collection(path, shape, value, value.length, () =>
          value.forEach((item, index) => this.element([...path, { index }], shape.element, item)),
        );
        break;
      case 'map':
        this.collection(path, shape, value, Object.keys(value).length, () => this.entries(path, shape, value));
        break;
      default:
        break;
    }
  }

  entries(path, shape, value) {
    for (const [key, item] of Object.entries(value)) {
      this.value([...path, { key }], shape.key, key);
      this.element([...path, { entry: key }], shape.element, item);
    }
  }

  structure(path, shape, value) {
    for (const member of shape.members) {
      const here = [...path, { member: member.name }];
      const inner = value[member.name];
      if (inner !== undefined && inner !== null) this.value(here, member.shape, inner);
      else if (member.required) this.add(here, member.shape, null, 'not be null');
    }
  }
}

/* The clauses, none if nothing is wrong. Every value has to be of its type. */
export function violations(operation, input) {
  const finder = new Finder();
  finder.structure([], operation.input, input);
  return finder.clauses;
}

export function violationMessage(clauses) {
  return `${clauses.length} validation error${clauses.length === 1 ? '' : 's'} detected: ${clauses.join('; ')}`;
}
