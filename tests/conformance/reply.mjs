/* Holds a reply against the model: its status, its headers, and every member of its body. */
import { parseJson, Numeral } from './json_text.mjs';

/* What the front door says of any request, whatever its operation: [exception, status]. */
const GENERIC = new Map([
  ['UnknownOperationException', 404],
  ['NotImplementedException', 501],
  ['RequestEntityTooLargeException', 413],
]);

/* Beside the message, by the documentation of the data plane alone: where devices find how things stand. */
const MORE = { InvalidStateTransitionException: { executionState: 'JobExecutionState' } };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/* The control plane's times are seconds with milliseconds; those of the data plane are longs. */
const NUMERALS = {
  integer: /^-?\d+$/,
  long: /^-?\d+$/,
  double: /^-?\d+\.\d+$/,
  timestamp: /^\d{10,11}\.\d{3}$/,
};

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Numeral);

/* Puts down in `seen` every member that it meets: things[].attributes */
class Walk {
  constructor(problems, seen) {
    this.problems = problems;
    this.seen = seen;
  }

  complain(path, what) {
    this.problems.push(`the answer's ${path || 'body'} ${what}`);
  }

  text(path, shape, value) {
    if (typeof value !== 'string') return this.complain(path, 'is no string');
    const length = [...value].length;
    if (shape.accepts && !shape.accepts.test(value)) this.complain(path, `is not of the pattern ${shape.pattern}: ${value}`);
    if (shape.max !== undefined && length > shape.max) this.complain(path, `has more than ${shape.max} characters`);
    if (shape.min !== undefined && length < shape.min) this.complain(path, `has less than ${shape.min} characters`);
    return undefined;
  }

  number(path, shape, value) {
    if (!(value instanceof Numeral)) return this.complain(path, 'is no number');
    if (!NUMERALS[shape.type].test(value.text)) this.complain(path, `is written ${value.text}, not as a ${shape.type}`);
    const number = Number(value.text);
    if (number > shape.max || number < shape.min) this.complain(path, `is out of its range: ${value.text}`);
    return undefined;
  }

  size(path, shape, n) {
    if (n > shape.max || n < shape.min) this.complain(path, `has ${n} items`);
  }

  structure(path, shape, value) {
    if (!isObject(value)) return this.complain(path, 'is no object');
    for (const [name, inner] of Object.entries(value)) {
      const member = shape.member(name);
      const here = path ? `${path}.${name}` : name;
      this.seen?.add(here);
      if (member) this.value(here, member.shape, inner);
      else this.complain(here, `is no member of ${shape.name}`);
    }
    for (const { name, required } of shape.members) {
      if (required && value[name] === undefined) this.complain(path, `has no ${name}`);
    }
    return undefined;
  }

  list(path, shape, value) {
    if (!Array.isArray(value)) return this.complain(path, 'is no list');
    this.size(path, shape, value.length);
    value.forEach((item) => this.value(`${path}[]`, shape.element, item));
    return undefined;
  }

  map(path, shape, value) {
    if (!isObject(value)) return this.complain(path, 'is no object');
    this.size(path, shape, Object.keys(value).length);
    for (const [key, item] of Object.entries(value)) {
      this.value(`${path}{key}`, shape.key, key);
      this.value(`${path}[]`, shape.element, item);
    }
    return undefined;
  }

  value(path, shape, value) {
    switch (shape.type) {
      case 'structure':
        return this.structure(path, shape, value);
      case 'list':
        return this.list(path, shape, value);
      case 'map':
        return this.map(path, shape, value);
      case 'enum':
        return shape.enum.includes(value) ? undefined : this.complain(path, `is none of ${shape.enum}: ${value}`);
      case 'boolean':
        return typeof value === 'boolean' ? undefined : this.complain(path, 'is no boolean');
      case 'string':
      case 'blob':
        return this.text(path, shape, value);
      default:
        return this.number(path, shape, value);
    }
  }
}

function checkHeaders({ headers, text, status }, problems) {
  if (!UUID.test(headers['x-amzn-requestid'] ?? '')) problems.push('x-amzn-RequestId is no UUID');
  if (text !== '' && headers['content-type'] !== 'application/json') problems.push(`Content-Type is ${headers['content-type']}`);
  if (Number(headers['content-length']) !== Buffer.byteLength(text)) problems.push('Content-Length is missing or wrong');
  if (status === 200 && headers['x-amzn-errortype']) problems.push('a success has an x-amzn-ErrorType');
}

function checkSuccess(operation, { text }, problems, seen) {
  if (!operation.output) {
    if (text !== '') problems.push(`the body should have zero bytes: ${text}`);
    return;
  }
  new Walk(problems, seen).structure('', operation.output, parseJson(text));
}

/* The three names of an error agree, the operation may answer it, and its status is the model's. */
function checkError(operation, { headers, text, status }, problems) {
  const { __type: type, code, message, ...more } = parseJson(text);
  for (const [name, shape] of Object.entries(operation.scope === 'iot-jobs-data' && MORE[type] ? MORE[type] : {})) {
    if (more[name] === undefined) problems.push(`the error has no ${name}`);
    else new Walk(problems).value(name, operation.find(shape), more[name]);
    delete more[name];
  }
  const exception = headers['x-amzn-errortype'];
  if (type !== exception || code !== exception) problems.push(`x-amzn-ErrorType is ${exception}, __type ${type}, code ${code}`);
  if (typeof message !== 'string' || message === '') problems.push('the error has no message');
  if (GENERIC.has(exception)) {
    if (GENERIC.get(exception) !== status) problems.push(`${exception} has the status ${status}`);
    return;
  }
  if (!operation.errors.includes(exception)) {
    problems.push(`${operation.name} has no error ${exception}`);
    return;
  }
  const shape = operation.find(exception);
  if (shape.httpStatus !== status) problems.push(`${exception} has the status ${status}, not ${shape.httpStatus}`);
  new Walk(problems).structure('', shape, { message, ...more });
}

/* What is wrong with a reply, whatever it was to: lines of text. `seen` collects the members of successes. */
export function problemsOf(operation, reply, seen) {
  const problems = [];
  checkHeaders(reply, problems);
  try {
    if (reply.status === 200) checkSuccess(operation, reply, problems, seen);
    else checkError(operation, reply, problems);
  } catch (error) {
    problems.push(String(error.message));
  }
  return problems;
}

/* Every member path that an operation's answer can have, as `seen` writes them. */
export function outputPaths(shape, path = '') {
  if (!shape) return [];
  if (shape.type === 'list' || shape.type === 'map') return outputPaths(shape.element, `${path}[]`);
  if (shape.type !== 'structure') return [];
  return shape.members.flatMap((member) => {
    const here = path ? `${path}.${member.name}` : member.name;
    return [here, ...outputPaths(member.shape, here)];
  });
}
