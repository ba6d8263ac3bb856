// JSON from outside: a key twice and a key unknown are refused, and a value has the shape it should have before
// anything looks at it. A shape is a function that returns the value, typed, or throws.

export type Shape<T> = (value: unknown) => T;
export type Of<S> = S extends Shape<infer T> ? T : never;

export function parse<T>(text: string, shape: Shape<T>): T {
  const value: unknown = JSON.parse(text);
  refuseTwins(text);
  return shape(value);
}

// SECURITY: JSON.parse takes the last of two equal keys, another reader may take the first, and then the two sides
// disagree about what was signed. The text is valid JSON here, so its strings and brackets are all one has to look at.
function refuseTwins(text: string): void {
  const keys: Set<string>[] = [];
  for (const [token, string, colon] of text.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}]/g)) {
    if (token === "{") keys.push(new Set());
    else if (token === "}") keys.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(string ?? "") as string;
      const known = keys[keys.length - 1];
      if (known === undefined || known.has(key)) throw new Error("a key twice");
      known.add(key);
    }
  }
}

const refuse = (what: string): never => {
  throw new Error(`expected ${what}`);
};

export const string: Shape<string> = (value) => (typeof value === "string" ? value : refuse("text"));

export const matching = (pattern: RegExp): Shape<string> => (value) =>
  typeof value === "string" && pattern.test(value) ? value : refuse(String(pattern));

export const hexOf = (bytes: number): Shape<string> => matching(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));

export const whole = (least: number, most = Number.MAX_SAFE_INTEGER): Shape<number> => (value) =>
  typeof value === "number" && Number.isInteger(value) && value >= least && value <= most ? value : refuse("a number");

export const number: Shape<number> = (value) => (typeof value === "number" && Number.isFinite(value) ? value : refuse("a number"));

export const boolean: Shape<boolean> = (value) => (typeof value === "boolean" ? value : refuse("true or false"));

export const oneOf = <const T extends string>(...values: readonly T[]): Shape<T> => (value) =>
  values.find((one) => one === value) ?? refuse(values.join(" or "));

export const orNull = <T>(shape: Shape<T>): Shape<T | null> => (value) => (value === null ? null : shape(value));

export const list = <T>(shape: Shape<T>, most: number): Shape<T[]> => (value) =>
  Array.isArray(value) && value.length <= most ? value.map((one) => shape(one)) : refuse("a list");

/** For a key that may be missing, with what it is then. */
export const orMissing = <T>(shape: Shape<T>, missing: T): Shape<T> => (value) => (value === undefined ? missing : shape(value));

export const object = <T extends Record<string, unknown>>(shapes: { [K in keyof T]: Shape<T[K]> }): Shape<T> => (value) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse("an object");
  const has = (one: object, name: string): boolean => Object.prototype.hasOwnProperty.call(one, name);
  if (!Object.keys(value).every((name) => has(shapes, name))) return refuse(Object.keys(shapes).join(", "));
  // JSON has no `undefined`: a shape that takes it stands for a key that may be missing.
  return Object.fromEntries(
    Object.keys(shapes).map((name) => [name, shapes[name]!(has(value, name) ? (value as Record<string, unknown>)[name] : undefined)]),
  ) as T;
};

/** An object whose keys are not known beforehand. */
export const record = <T>(key: Shape<string>, shape: Shape<T>, most: number): Shape<ReadonlyMap<string, T>> => (value) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse("an object");
  const entries = Object.entries(value);
  return entries.length <= most ? new Map(entries.map(([name, one]) => [key(name), shape(one)])) : refuse("fewer keys");
};

/** One of several objects, told apart by their `kind`. */
export const variant = <S extends Record<string, Shape<unknown>>>(shapes: S): Shape<Of<S[keyof S]>> => (value) => {
  const kind = (value as { kind?: unknown } | null | undefined)?.kind;
  const known = typeof kind === "string" && Object.prototype.hasOwnProperty.call(shapes, kind);
  return (known ? shapes[kind]!(value) : refuse(Object.keys(shapes).join(" or "))) as Of<S[keyof S]>;
};
