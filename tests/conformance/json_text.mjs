/* JSON as it was written: numbers keep their text, and a member that stands twice is an error. */
export class Numeral {
  constructor(text) {
    this.text = text;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORDS = { t: ['true', true], f: ['false', false], n: ['null', null] };

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  fail() {
    throw new Error(`no JSON at character ${this.at}: ${this.text.slice(this.at, this.at + 40)}`);
  }

  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) this.fail();
    this.at = pattern.lastIndex;
    return found[0];
  }

  eat(character) {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  space() {
    while (' \t\n\r'.includes(this.text[this.at] || 'x')) this.at += 1;
  }

  value() {
    this.space();
    const first = this.text[this.at];
    let value;
    if (first === '{') value = this.object();
    else if (first === '[') value = this.array();
    else if (first === '"') value = JSON.parse(this.take(STRING));
    else if (WORDS[first]) value = this.word(WORDS[first]);
    else value = new Numeral(this.take(NUMBER));
    this.space();
    return value;
  }

  word([text, value]) {
    if (!this.text.startsWith(text, this.at)) this.fail();
    this.at += text.length;
    return value;
  }

  array() {
    const items = [];
    this.eat('[');
    this.space();
    if (this.eat(']')) return items;
    do items.push(this.value());
    while (this.eat(','));
    return this.eat(']') ? items : this.fail();
  }

  object() {
    const members = {};
    this.eat('{');
    this.space();
    if (this.eat('}')) return members;
    do this.addMember(members);
    while (this.eat(','));
    return this.eat('}') ? members : this.fail();
  }

  addMember(members) {
    this.space();
    const name = JSON.parse(this.take(STRING));
    this.space();
    if (Object.hasOwn(members, name) || !this.eat(':')) this.fail();
    Object.defineProperty(members, name, { value: this.value(), enumerable: true });
  }
}

export function parseJson(text) {
  const reader = new Reader(text);
  const value = reader.value();
  return reader.at === text.length ? value : reader.fail();
}
