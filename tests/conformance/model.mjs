/*
 * The model of the API as its JSON says it (api/model), read here by itself: nothing of what the server is generated from
 * it is used, so that a mistake of the generator's shows.
 */
import { readFileSync } from 'node:fs';

import { javaPattern } from './java_pattern.mjs';

const read = (file) => JSON.parse(readFileSync(new URL(`../../api/model/${file}`, import.meta.url), 'utf8'));

const { rules } = read('service-rules.json');
const SERVICES = [
  { file: 'iot.json', scope: 'iot', prefix: '' },
  { file: 'iot-jobs-data.json', scope: 'iot-jobs-data', prefix: 'data.' },
];

/* Of the members that the rule lists, in the rule's order, the others staying where they are. */
function reportedOrder(names, reported = []) {
  const order = [...reported];
  return names.map((name) => (reported.includes(name) ? order.shift() : name));
}

/* One shape, with the service rules applied; members and elements are shapes in their turn. */
class Shape {
  constructor(name, spec, find) {
    const rule = rules[name] ?? {};
    this.name = name;
    this.type = spec.enum ? 'enum' : spec.type;
    this.min = spec.min;
    this.max = rule.max ?? spec.max;
    this.enum = spec.enum;
    this.enumShown = rule.value_set ?? spec.enum;
    this.pattern = spec.pattern;
    this.accepts = spec.pattern && javaPattern(rule.accepts ?? spec.pattern);
    this.scalarAsText = Boolean(rule.scalar_as_text);
    this.textAsNumber = Boolean(rule.text_as_number);
    this.httpStatus = spec.httpStatus;
    this.find = find;
    this.spec = spec;
    this.order = spec.members && reportedOrder(Object.keys(spec.members), rule.reported);
  }

  get element() {
    return this.find(this.type === 'map' ? this.spec.value : this.spec.member);
  }

  get key() {
    return this.find(this.spec.key);
  }

  /* [{ name, wire, shape, required, location }]; in the order in which violations are reported. */
  get members() {
    this.list ??= this.order.map((name) => {
      const member = this.spec.members[name];
      return {
        name,
        wire: member.name ?? name,
        shape: this.find(member.shape),
        required: Boolean(member.required),
        location: member.in ?? 'body',
      };
    });
    return this.list;
  }

  member(name) {
    return this.members.find((member) => member.name === name);
  }
}

class Operation {
  constructor(key, name, spec, scope, find) {
    [this.method, this.uri] = spec.http.split(' ');
    this.key = key;
    this.name = name;
    this.group = spec.group;
    this.scope = scope;
    this.input = find(spec.input);
    this.output = spec.output && find(spec.output);
    this.errors = spec.errors;
    this.find = find;
  }

  get hasBody() {
    return this.input.members.some((member) => member.location === 'body');
  }
}

function readService({ file, scope, prefix }) {
  const model = read(file);
  const shapes = new Map();
  const find = (name) => {
    if (!shapes.has(name)) shapes.set(name, new Shape(name, model.shapes[name], find));
    return shapes.get(name);
  };
  return Object.entries(model.operations).map(([name, spec]) => new Operation(prefix + name, name, spec, scope, find));
}

/* Every operation of both services, by its name; those of the data plane are called `data.NAME`. */
export const operations = new Map(SERVICES.flatMap(readService).map((operation) => [operation.key, operation]));

/* Names a value inside an input: [{ member: 'tags' }, { index: 0 }, { member: 'Key' }], a map's { entry: 'a' } or { key: 'a' }. */
export function pathText(path) {
  return path
    .map((step) => {
      if (step.member !== undefined) return step.member;
      if (step.index !== undefined) return `${step.index + 1}.member`;
      return step.entry !== undefined ? `${step.entry}.member` : `${step.key}.key`;
    })
    .join('.');
}

/* The same without the indices and keys: tags.Key */
export function pathKind(path) {
  return path
    .map((step) => step.member ?? (step.key !== undefined ? '{key}' : '*'))
    .join('.')
    .replaceAll('.*', '[]');
}
