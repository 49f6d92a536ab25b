/*
 * The cases of an operation, made from the model.
 *
 * A case that must be refused starts from an input in which every member has a value that the model allows, and spoils one
 * of them. Constraints come before everything else, so it needs no world: nothing that it names exists.
 *
 * A case that must be served starts from an input of the fixtures, which is one that works, and moves one value to where the
 * model ends.
 */
import { pathKind, pathText } from './model.mjs';
import { INVALID, tokenOfAnother } from './scene.mjs';
import { violationMessage, violations } from './violations.mjs';

const FOUR_BYTES = '𝄞';
const LETTERS = ['a', 'A', '1', '='];

/* ---- values */

/* A text of that many characters that the shape allows; undefined when we know none. */
function textOf(shape, length, characters = LETTERS) {
  for (const begin of ['', 'arn:']) {
    for (const character of characters) {
      const text = begin + character.repeat(Math.max(0, length - begin.length));
      if ([...text].length === length && (!shape.accepts || shape.accepts.test(text))) return text;
    }
  }
  return undefined;
}

function anyText(shape) {
  const least = Math.max(shape.min ?? 0, 1);
  return [least, least + 2, least + 5].map((length) => textOf(shape, length)).find((text) => text !== undefined);
}

/* As long as it may be, of characters that only just break the pattern. */
function textOutOfPattern(shape) {
  if (!shape.accepts) return undefined;
  const length = Math.max(shape.min ?? 0, 1);
  return ['!', ' ', 'é', '\u0001', '-'].map((character) => character.repeat(length)).find((text) => !shape.accepts.test(text));
}

function anyNumber(shape) {
  return shape.min ?? Math.min(shape.max ?? 1, 1);
}

/* Something that the model allows, with every member there is. */
export function anyValue(shape) {
  switch (shape.type) {
    case 'string': return anyText(shape);
    case 'enum': return shape.enum[0];
    case 'boolean': return true;
    case 'integer':
    case 'long':
    case 'double': return anyNumber(shape);
    case 'list': return Array.from({ length: Math.min(2, shape.max ?? 2) }, () => anyValue(shape.element));
    case 'map': return { [anyValue(shape.key)]: anyValue(shape.element) };
    case 'structure': return Object.fromEntries(shape.members.map((member) => [member.name, anyValue(member.shape)]));
    default: throw new Error(`an input has a ${shape.type}`);
  }
}

/* ---- places in an input */

function stepInto(value, step) {
  if (step.member !== undefined) return value?.[step.member];
  return step.index !== undefined ? value?.[step.index] : value?.[step.entry];
}

/* A copy of the input with something else there; undefined takes a member away. */
function withValue(input, path, value) {
  if (path.length === 0) return value;
  const [step, ...rest] = path;
  const copy = Array.isArray(input) ? [...input] : { ...input };
  const name = step.member ?? step.index ?? step.entry;
  copy[name] = withValue(input?.[name], rest, value);
  if (copy[name] === undefined) delete copy[name];
  return copy;
}

/* Every value inside an input: { path, kind, shape, value, required, location, element }. Lists backwards, so that who takes
 * one place of a kind takes the last, which shows how paths count. */
export function places(operation, input) {
  const found = [];
  const visit = (path, shape, value, more) => {
    found.push({ path, kind: pathKind(path), shape, value, ...more });
    if (shape.type === 'structure') {
      for (const member of shape.members) {
        const inner = value?.[member.name];
        if (inner !== undefined) visit([...path, { member: member.name }], member.shape, inner, { required: member.required, location: more.location ?? member.location });
      }
    } else if (shape.type === 'list') {
      for (let index = value.length - 1; index >= 0; index -= 1) visit([...path, { index }], shape.element, value[index], { element: true, location: more.location });
    } else if (shape.type === 'map') {
      for (const entry of Object.keys(value)) visit([...path, { entry }], shape.element, value[entry], { element: true, location: more.location });
    }
  };
  visit([], operation.input, input, {});
  return found.slice(1);
}

/* ---- what must be refused */

const longestText = (shape) => textOf(shape, shape.max + 1) ?? 'a'.repeat(shape.max + 1);
/* A request has no more than this, of bytes. */
const BODY_MAX = 1024 * 1024;
const textOfFour = (shape) => (4 * shape.max < BODY_MAX ? textOf(shape, shape.max + 1, [FOUR_BYTES]) : undefined);

/* [[what, value]] that break a constraint of the shape itself. */
function brokenValues({ shape, value, location }) {
  const broken = [];
  const add = (what, spoiled) => spoiled !== undefined && broken.push([what, spoiled]);
  switch (shape.type) {
    case 'string':
      if (shape.min > (location === 'uri' ? 1 : 0)) add('one character too few', textOf({}, shape.min - 1));
      if (shape.max !== undefined) {
        add('one character too many', longestText(shape));
        if (location === 'body' || location === 'query') add('one character too many, of four bytes each', textOfFour(shape));
      }
      add('out of its pattern', textOutOfPattern(shape));
      break;
    case 'enum':
      add('none of its values', 'NO_SUCH_VALUE');
      add('a value in other letters', shape.enum[0].toLowerCase() === shape.enum[0] ? shape.enum[0].toUpperCase() : shape.enum[0].toLowerCase());
      if (location !== 'uri') add('an empty text', '');
      break;
    case 'integer':
    case 'long':
      if (shape.min !== undefined) add('less than its least', shape.min - 1);
      if (shape.max !== undefined) add('more than its most', shape.max + 1);
      break;
    case 'double':
      if (shape.min !== undefined) add('less than its least', Number((shape.min - 0.01).toFixed(2)));
      if (shape.max !== undefined) add('more than its most', Number((shape.max + 0.01).toFixed(2)));
      break;
    case 'list':
      if (shape.min > 0) add('one item too few', Array.from({ length: shape.min - 1 }, () => anyValue(shape.element)));
      if (shape.max !== undefined) add('one item too many', Array.from({ length: shape.max + 1 }, () => anyValue(shape.element)));
      add('with a null item', [...value, null]);
      break;
    case 'map': {
      const [key] = Object.keys(value);
      if (shape.max !== undefined) add('one entry too many', manyEntries(shape, shape.max + 1));
      for (const [what, spoiled] of brokenValues({ shape: shape.key, location: 'body' })) add(`with a key ${what}`, { ...value, [spoiled]: value[key] });
      add('with a null value', { ...value, [key]: null });
      break;
    }
    default: break;
  }
  return broken;
}

function manyEntries(shape, n) {
  const keys = shape.key.type === 'enum' ? shape.key.enum : Array.from({ length: n }, (_, i) => `k${i}`);
  return Object.fromEntries(keys.slice(0, n).map((key) => [key, anyValue(shape.element)]));
}

/* Of another type than the model's, as JSON. */
const OTHER_TYPES = {
  string: [7, true, {}, ['a']],
  enum: [7, true, {}, ['a']],
  boolean: ['true', 1, {}],
  integer: ['1', 1.5, true, 2 ** 31, -(2 ** 31) - 1],
  long: ['1', 1.5, true, 2 ** 60],
  double: ['1.5', true, {}],
  list: ['a', 7, {}],
  map: ['a', 7, []],
  structure: ['a', 7, []],
};
/* The same in a path, a query or a header, where all is text. */
const OTHER_TEXTS = {
  boolean: ['TRUE', 'yes', '1', ''],
  integer: ['one', '1.5', '1e2', '2147483648', '99999999999999999999'],
  long: ['one', '1.5', '1e2', '99999999999999999999'],
};

function otherTypes({ shape, location }) {
  if (location !== 'body') return (OTHER_TEXTS[shape.type] ?? []).filter((text) => location !== 'uri' || text !== '');
  const others = OTHER_TYPES[shape.type];
  if (shape.scalarAsText) return others.filter((other) => typeof other === 'object');
  return shape.textAsNumber ? others.filter((other) => other !== '1').concat('one', '1.5') : others;
}

/* One place for every kind of path that an input can have. */
function kindsOf(operation) {
  const all = places(operation, anyValue(operation.input));
  return all.filter((place, i) => all.findIndex(({ kind }) => kind === place.kind) === i);
}

function* refusals(operation) {
  const whole = anyValue(operation.input);
  const clauses = violations(operation, whole);
  if (clauses.length > 0) throw new Error(`${operation.key}: our own input is wrong: ${clauses}`);
  const spoiled = [];
  for (const place of kindsOf(operation)) {
    const name = pathText(place.path);
    const spoil = function* spoil(what, value, expected) {
      const input = withValue(whole, place.path, value);
      const message = violations(operation, input);
      if (message.length === 0) throw new Error(`${operation.key}: ${name} ${what} is not wrong`);
      yield { what: `${name}: ${what}`, input, refused: violationMessage(message), ...expected };
    };
    if (place.required && place.location !== 'uri') {
      yield* spoil('missing');
      if (place.location === 'body') yield* spoil('null', null);
    }
    for (const [what, value] of brokenValues(place)) {
      yield* spoil(what, value);
      if (spoiled.at(-1)?.place !== place && !place.element) spoiled.push({ place, value });
    }
    for (const other of otherTypes(place)) {
      yield { what: `${name}: ${JSON.stringify(other)} for a ${place.shape.type}`, input: withValue(whole, place.path, other), wrongType: name };
    }
  }
  yield* severalAtOnce(operation, whole, spoiled);
}

/* All that is wrong is said in one message: two at a time, and everything together. Places inside one another would hide
 * each other, so only the innermost are taken. */
function* severalAtOnce(operation, whole, spoiled) {
  const leaves = spoiled.filter(({ place }) => !['list', 'map', 'structure'].includes(place.shape.type));
  const sets = leaves.slice(1).map((leaf, i) => [leaves[i], leaf]);
  if (leaves.length > 2) sets.push(leaves);
  for (const set of sets) {
    const input = set.reduce((made, { place, value }) => withValue(made, place.path, value), whole);
    const what = set.length === 2 ? set.map(({ place }) => pathText(place.path)).join(' and ') : 'everything';
    yield { what: `${what}: wrong at once`, input, refused: violationMessage(violations(operation, input)) };
  }
}

/* ---- what must be served */

/* [[what, value]] at the ends of what the model allows, texts being made of those letters. */
function outermostValues({ shape, value, location }, letters) {
  const outermost = [];
  const add = (what, edge) => edge !== undefined && outermost.push([what, edge]);
  switch (shape.type) {
    case 'string':
      if (shape.min !== undefined && (shape.min > 0 || location === 'body')) add(`${shape.min} characters`, textOf(shape, shape.min, letters));
      if (shape.max !== undefined && shape.max !== shape.min) {
        add(`${shape.max} characters`, textOf(shape, shape.max, letters));
        if (location === 'body' || location === 'query') add(`${shape.max} characters of four bytes`, textOf(shape, shape.max, [FOUR_BYTES]));
      }
      break;
    case 'enum': shape.enum.forEach((name) => add(name, name)); break;
    case 'boolean': add('true', true); add('false', false); break;
    case 'integer':
    case 'long':
    case 'double':
      if (shape.min !== undefined) add(`the least, ${shape.min}`, shape.min);
      if (shape.max !== undefined) add(`the most, ${shape.max}`, shape.max);
      break;
    case 'list':
      if (shape.max !== undefined) add(`${shape.max} items`, Array.from({ length: shape.max }, (_, i) => distinct(value[0], i)));
      break;
    case 'map':
      if (shape.max !== undefined) add(`${shape.max} entries`, manyEntries(shape, shape.max));
      break;
    default: break;
  }
  return outermost;
}

/* The same item again, and of a text another one. */
const distinct = (item, i) => (typeof item === 'string' && i > 0 ? item.replace(/.$/, String(i)) : item);

const refers = (fixture, place) => (fixture.mayRefuse ?? []).some((kind) => place.kind.startsWith(kind));

function* edges(operation, fixture, variant, made, done) {
  for (const place of places(operation, made)) {
    if (done.has(place.kind)) continue;
    done.add(place.kind);
    for (const [what, value] of outermostValues(place, fixture.letters)) {
      const mayRefuse = refers(fixture, place);
      yield { what: `${pathText(place.path)}: ${what}`, variant, change: (input) => withValue(input, place.path, value), mayRefuse };
    }
    if (!place.element && place.location === 'body') {
      yield* nullIsAbsence(place, variant);
    }
    if (place.shape.type === 'structure') {
      const path = [...place.path, { member: 'unheardOf' }];
      yield { what: `${pathText(place.path)}: a member that the model does not have`, variant, change: (input) => withValue(input, path, { a: [1] }) };
    }
  }
}

function* nullIsAbsence(place, variant) {
  if (place.required) return;
  const name = pathText(place.path);
  yield {
    what: `${name}: null, as if it were not there`,
    variant,
    change: (input) => withValue(input, place.path, null),
    like: (input) => withValue(input, place.path, undefined),
  };
}

/* Things about the form of a request that are the same for every operation. */
function* forms(operation, variant) {
  const inBody = operation.input.members.filter(({ location }) => location === 'body');
  if (inBody.length > 0 && !inBody.some(({ required }) => required)) {
    const bare = (input) => Object.fromEntries(Object.entries(input).filter(([name]) => !inBody.some((member) => member.name === name)));
    yield { what: 'no body at all, as if it were {}', variant, change: bare, send: (request, spoil) => (spoil ? { ...request, body: undefined } : request), like: bare };
  }
  yield { what: 'a member that the model does not have', variant, change: (input) => ({ ...input, unheardOf: { a: [1, null] } }) };
  yield { what: 'a query parameter that the model does not have', variant, send: (request) => ({ ...request, path: `${request.path}${request.path.includes('?') ? '&' : '?'}unheardOf=1` }) };
  if (operation.hasBody) return;
  yield { what: 'a body of {} where none is expected', variant, send: (request) => ({ ...request, body: '{}' }) };
}

function* served(operation, fixture, sketch) {
  const done = new Set();
  for (const [variant, { input }] of Object.entries(fixture.variants)) {
    yield { what: `happy: ${variant}`, variant };
    yield* edges(operation, fixture, variant, input(sketch()), done);
  }
  const [first] = Object.keys(fixture.variants);
  yield* forms(operation, first);
  const missing = kindsOf(operation).map(({ kind }) => kind).filter((kind) => !done.has(kind));
  const without = missing.filter((kind) => !missing.some((other) => kind !== other && kind.startsWith(other)));
  const unexplained = without.filter((kind) => !(fixture.notSent ?? []).includes(kind));
  if (unexplained.length > 0) throw new Error(`no fixture of ${operation.key} sends ${unexplained.join(', ')}`);
}

const another = (character) => (character === 'A' ? 'B' : 'A');
/* The last character of Base64 may hold bits that count for nothing. */
const changed = (token) => token.slice(0, 4) + another(token[4]) + token.slice(5);

/* Tokens of pages are good for the list that gave them out, and as it gave them out. */
function tokenErrors(operation, { variants: { 'the second page': page } }) {
  const name = ['nextToken', 'marker'].find((member) => operation.input.member(member));
  if (!page || !name) return {};
  const refused = { exception: INVALID, message: 'Next token is invalid.' };
  return {
    'a token that somebody changed': { ...refused, needs: page.needs, input: (s) => ({ ...page.input(s), [name]: changed(s.token) }) },
    'the token of another list': { ...refused, needs: [...page.needs, tokenOfAnother(operation.key, name)], input: (s) => ({ ...page.input(s), [name]: s.token }) },
  };
}

function* errorsOf(operation, fixture) {
  for (const [what, error] of Object.entries({ ...fixture.errors, ...tokenErrors(operation, fixture) })) yield { what: `refused: ${what}`, error };
}

/* Every case of an operation: { what, … } and, for run.mjs, how to make it and what is expected. */
export function casesOf(operation, fixture, sketch) {
  return [...served(operation, fixture, sketch), ...errorsOf(operation, fixture), ...refusals(operation)];
}
