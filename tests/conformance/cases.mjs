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
import { anyValue, brokenValues, otherTypes, outermostValues } from './values.mjs';
import { INVALID, tokenOfAnother } from './scene.mjs';
import { violationMessage, violations } from './violations.mjs';

/* ---- places in an input */

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
function places(operation, input) {
  const found = [];
  const visit = (path, shape, value, more) => {
    found.push({ path, kind: pathKind(path), shape, value, ...more });
    if (shape.type === 'structure') {
      for (const member of shape.members) {
        const inner = value?.[member.name];
        if (inner !== undefined)
          visit([...path, { member: member.name }], member.shape, inner, {
            required: member.required,
            location: more.location ?? member.location,
          });
      }
    } else if (shape.type === 'list') {
      for (let index = value.length - 1; index >= 0; index -= 1)
        visit([...path, { index }], shape.element, value[index], { element: true, location: more.location });
    } else if (shape.type === 'map') {
      for (const entry of Object.keys(value))
        visit([...path, { entry }], shape.element, value[entry], { element: true, location: more.location });
    }
  };
  visit([], operation.input, input, {});
  return found.slice(1);
}

/* ---- what must be refused */

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
    const spoil = function* spoil(what, value) {
      const input = withValue(whole, place.path, value);
      const message = violations(operation, input);
      if (message.length === 0) throw new Error(`${operation.key}: ${name} ${what} is not wrong`);
      yield { what: `${name}: ${what}`, input, refused: violationMessage(message) };
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
      yield {
        what: `${name}: ${JSON.stringify(other)} for a ${place.shape.type}`,
        input: withValue(whole, place.path, other),
        wrongType: name,
      };
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

const refers = (fixture, place) => (fixture.mayRefuse ?? []).some((kind) => place.kind.startsWith(kind));

function* edges(operation, fixture, variant, made, done) {
  for (const place of places(operation, made)) {
    if (done.has(place.kind)) continue;
    done.add(place.kind);
    for (const [what, value] of outermostValues(place, fixture.letters)) {
      const mayRefuse = refers(fixture, place);
      yield {
        what: `${pathText(place.path)}: ${what}`,
        variant,
        change: (input) => withValue(input, place.path, value),
        mayRefuse,
      };
    }
    if (!place.element && place.location === 'body') {
      yield* nullIsAbsence(place, variant);
    }
    if (place.shape.type === 'structure') {
      const path = [...place.path, { member: 'unheardOf' }];
      yield {
        what: `${pathText(place.path)}: a member that the model does not have`,
        variant,
        change: (input) => withValue(input, path, { a: [1] }),
      };
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
    const bare = (input) =>
      Object.fromEntries(Object.entries(input).filter(([name]) => !inBody.some((member) => member.name === name)));
    yield {
      what: 'no body at all, as if it were {}',
      variant,
      change: bare,
      send: (request, spoil) => (spoil ? { ...request, body: undefined } : request),
      like: bare,
    };
  }
  yield {
    what: 'a member that the model does not have',
    variant,
    change: (input) => ({ ...input, unheardOf: { a: [1, null] } }),
  };
  yield {
    what: 'a query parameter that the model does not have',
    variant,
    send: (request) => ({ ...request, path: `${request.path}${request.path.includes('?') ? '&' : '?'}unheardOf=1` }),
  };
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
  const missing = kindsOf(operation)
    .map(({ kind }) => kind)
    .filter((kind) => !done.has(kind));
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
    'a token that somebody changed': {
      ...refused,
      needs: page.needs,
      input: (s) => ({ ...page.input(s), [name]: changed(s.token) }),
    },
    'the token of another list': {
      ...refused,
      needs: [...page.needs, tokenOfAnother(operation.key, name)],
      input: (s) => ({ ...page.input(s), [name]: s.token }),
    },
  };
}

function* errorsOf(operation, fixture) {
  for (const [what, error] of Object.entries({ ...fixture.errors, ...tokenErrors(operation, fixture) }))
    yield { what: `refused: ${what}`, error };
}

/* Every case of an operation: { what, … } and, for run.mjs, how to make it and what is expected. */
export function casesOf(operation, fixture, sketch) {
  return [...served(operation, fixture, sketch), ...errorsOf(operation, fixture), ...refusals(operation)];
}
