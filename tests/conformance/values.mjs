/* Values for the model's shapes: such as it allows, such as it only just allows, and such as it does not. */

const FOUR_BYTES = '𝄞';
const LETTERS = ['a', 'A', '1', '='];

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

/* Of a length that is allowed, and of characters that are not. */
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
    case 'string':
      return anyText(shape);
    case 'enum':
      return shape.enum[0];
    case 'boolean':
      return true;
    case 'integer':
    case 'long':
    case 'double':
      return anyNumber(shape);
    case 'list':
      return Array.from({ length: Math.min(2, shape.max ?? 2) }, () => anyValue(shape.element));
    case 'map':
      return { [anyValue(shape.key)]: anyValue(shape.element) };
    case 'structure':
      return Object.fromEntries(shape.members.map((member) => [member.name, anyValue(member.shape)]));
    default:
      throw new Error(`an input has a ${shape.type}`);
  }
}

const tooLongText = (shape) => textOf(shape, shape.max + 1) ?? 'a'.repeat(shape.max + 1);
/* A request has no more than this, of bytes. */
const BODY_MAX = 1024 * 1024;
const textOfFour = (shape) => (4 * shape.max < BODY_MAX ? textOf(shape, shape.max + 1, [FOUR_BYTES]) : undefined);

/* [[what, value]] that break a constraint of the shape itself. */
export function brokenValues({ shape, value, location }) {
  const broken = [];
  const add = (what, spoiled) => spoiled !== undefined && broken.push([what, spoiled]);
  switch (shape.type) {
    case 'string':
      if (shape.min > (location === 'uri' ? 1 : 0)) add('one character too few', textOf({}, shape.min - 1));
      if (shape.max !== undefined) {
        add('one character too many', tooLongText(shape));
        if (location === 'body' || location === 'query') add('one character too many, of four bytes each', textOfFour(shape));
      }
      add('out of its pattern', textOutOfPattern(shape));
      break;
    case 'enum':
      add('none of its values', 'NO_SUCH_VALUE');
      add(
        'a value in other letters',
        shape.enum[0].toLowerCase() === shape.enum[0] ? shape.enum[0].toUpperCase() : shape.enum[0].toLowerCase(),
      );
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
      if (shape.min > 0)
        add(
          'one item too few',
          Array.from({ length: shape.min - 1 }, () => anyValue(shape.element)),
        );
      if (shape.max !== undefined)
        add(
          'one item too many',
          Array.from({ length: shape.max + 1 }, () => anyValue(shape.element)),
        );
      add('with a null item', [...value, null]);
      break;
    case 'map': {
      const [key] = Object.keys(value);
      if (shape.max !== undefined) add('one entry too many', manyEntries(shape, shape.max + 1));
      for (const [what, spoiled] of brokenValues({ shape: shape.key, location: 'body' }))
        add(`with a key ${what}`, { ...value, [spoiled]: value[key] });
      add('with a null value', { ...value, [key]: null });
      break;
    }
    default:
      break;
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

export function otherTypes({ shape, location }) {
  if (location !== 'body') return (OTHER_TEXTS[shape.type] ?? []).filter((text) => location !== 'uri' || text !== '');
  const others = OTHER_TYPES[shape.type];
  if (shape.scalarAsText) return others.filter((other) => typeof other === 'object');
  return shape.textAsNumber ? others.filter((other) => other !== '1').concat('one', '1.5') : others;
}
/* [[what, value]] at the ends of what the model allows, texts being made of those letters. */
export function outermostValues({ shape, value, location }, letters) {
  const outermost = [];
  const add = (what, edge) => edge !== undefined && outermost.push([what, edge]);
  switch (shape.type) {
    case 'string':
      if (shape.min !== undefined && (shape.min > 0 || location === 'body'))
        add(`${shape.min} characters`, textOf(shape, shape.min, letters));
      if (shape.max !== undefined && shape.max !== shape.min) {
        add(`${shape.max} characters`, textOf(shape, shape.max, letters));
        if (location === 'body' || location === 'query')
          add(`${shape.max} characters of four bytes`, textOf(shape, shape.max, [FOUR_BYTES]));
      }
      break;
    case 'enum':
      shape.enum.forEach((name) => add(name, name));
      break;
    case 'boolean':
      add('true', true);
      add('false', false);
      break;
    case 'integer':
    case 'long':
    case 'double':
      if (shape.min !== undefined) add(`the least, ${shape.min}`, shape.min);
      if (shape.max !== undefined) add(`the most, ${shape.max}`, shape.max);
      break;
    case 'list':
      if (shape.max !== undefined)
        add(
          `${shape.max} items`,
          Array.from({ length: shape.max }, (_, i) => distinct(value[0], i)),
        );
      break;
    case 'map':
      if (shape.max !== undefined) add(`${shape.max} entries`, manyEntries(shape, shape.max));
      break;
    default:
      break;
  }
  return outermost;
}

/* The same item again, and of a text another one. */
const distinct = (item, i) => (typeof item === 'string' && i > 0 ? item.replace(/.$/, String(i)) : item);
