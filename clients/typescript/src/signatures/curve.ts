/**
 * The curve −x² + y² = 1 + d·x²·y² over the integers mod 2²⁵⁵ − 19, in which Ed25519 signs (RFC 8032).
 *
 * Only public values are multiplied here, so nothing needs to take constant time. Points are projective with the product
 * of the coordinates kept beside them (extended coordinates): sums need no division.
 */

/** The prime of the field. */
export const P = (1n << 255n) - 19n;
/** The order of the base point. */
export const L = (1n << 252n) + 27742317777372353535851937790883648493n;

/** x = X / Z, y = Y / Z, T = x · y · Z. */
export interface Point {
  readonly X: bigint;
  readonly Y: bigint;
  readonly Z: bigint;
  readonly T: bigint;
}

const mod = (n: bigint): bigint => {
  const rest = n % P;
  return rest < 0n ? rest + P : rest;
};

/** Four bits of the exponent at a time: one product with a small power for four squares. */
function power(base: bigint, exponent: bigint): bigint {
  const small = [1n];
  while (small.length < 16) small.push((small[small.length - 1]! * base) % P);
  let result = 1n;
  for (const digit of exponent.toString(16)) {
    for (let square = 0; square < 4; square += 1) result = (result * result) % P;
    const at = Number.parseInt(digit, 16);
    if (at !== 0) result = (result * small[at]!) % P;
  }
  return result;
}

const inverse = (n: bigint): bigint => power(n, P - 2n);

export const D = mod(-121665n * inverse(121666n));
const TWICE_D = mod(2n * D);
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

export const NEUTRAL: Point = { X: 0n, Y: 1n, Z: 1n, T: 0n };

/** A point as a summand: what the sum needs of it, worked out once. */
interface Summand {
  readonly minus: bigint;
  readonly plus: bigint;
  readonly t: bigint;
  readonly z: bigint;
}

const summand = (p: Point): Summand => ({
  minus: mod(p.Y - p.X),
  plus: mod(p.Y + p.X),
  t: mod(p.T * TWICE_D),
  z: mod(2n * p.Z),
});

function addSummand(p: Point, q: Summand): Point {
  const a = (p.Y - p.X) * q.minus;
  const b = (p.Y + p.X) * q.plus;
  const c = p.T * q.t;
  const d = p.Z * q.z;
  return fromParts(b - a, d - c, d + c, b + a);
}

export const add = (p: Point, q: Point): Point => addSummand(p, summand(q));

export function double(p: Point): Point {
  const xx = (p.X * p.X) % P;
  const yy = (p.Y * p.Y) % P;
  const zz = 2n * p.Z * p.Z;
  const sum = xx + yy;
  const difference = xx - yy;
  const cross = sum - (p.X + p.Y) * (p.X + p.Y);
  return fromParts(cross, zz + difference, difference, sum);
}

function fromParts(e: bigint, f: bigint, g: bigint, h: bigint): Point {
  const [E, F, G, H] = [e % P, f % P, g % P, h % P];
  return { X: (E * F) % P, Y: (G * H) % P, Z: (F * G) % P, T: (E * H) % P };
}

export const negate = (p: Point): Point => ({ X: -p.X, Y: p.Y, Z: p.Z, T: -p.T });

/** The point with this y and the parity of x asked for; nothing if no such point is on the curve. */
export function fromY(y: bigint, odd: boolean): Point | undefined {
  const yy = mod(y * y);
  const x = squareRoot(mod(yy - 1n), mod(D * yy + 1n));
  if (x === undefined || (x === 0n && odd)) return undefined;
  const signed = (x & 1n) === (odd ? 1n : 0n) ? x : P - x;
  return { X: signed, Y: y, Z: 1n, T: mod(signed * y) };
}

/** A square root of u / v. */
function squareRoot(u: bigint, v: bigint): bigint | undefined {
  const quotient = (u * inverse(v)) % P;
  const candidate = power(quotient, (P + 3n) / 8n);
  for (const root of [candidate, (candidate * ROOT_OF_MINUS_ONE) % P]) {
    if ((root * root) % P === quotient) return root;
  }
  return undefined;
}

/** The 32 bytes of a point: y, little-endian, with the parity of x in the highest bit. */
export function pointBytes(p: Point): Buffer {
  const z = inverse(mod(p.Z));
  const x = mod(p.X * z);
  const y = mod(p.Y * z);
  return littleEndian(y | ((x & 1n) << 255n));
}

function littleEndian(n: bigint): Buffer {
  return Buffer.from(n.toString(16).padStart(64, "0"), "hex").reverse();
}

/** A number from bytes, the lowest first. */
export function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}

/** The base point: y = 4/5, x even. */
export const BASE: Point = fromY(mod(4n * inverse(5n)), false)!;

/** All that is needed to multiply a point by any number of 256 bits without doubling: 1 to 15 times 16ⁿ times it. */
export class Multiples {
  private readonly rows: readonly (readonly Summand[])[];

  constructor(point: Point) {
    const rows: Summand[][] = [];
    let unit = point;
    for (let place = 0; place < 64; place += 1) {
      const row = [summand(unit)];
      let last = unit;
      while (row.length < 15) {
        last = addSummand(last, row[0]!);
        row.push(summand(last));
      }
      rows.push(row);
      unit = addSummand(last, row[0]!);
    }
    this.rows = rows;
  }

  /** sum + n times the point, for n from 0 to 2²⁵⁶ − 1. */
  addTo(sum: Point, n: bigint): Point {
    const digits = n.toString(16);
    let result = sum;
    for (let place = 0; place < digits.length; place += 1) {
      const digit = Number.parseInt(digits[digits.length - 1 - place]!, 16);
      if (digit !== 0) result = addSummand(result, this.rows[place]![digit - 1]!);
    }
    return result;
  }
}

/** n times a point that is met only once: doubling costs less than a table. */
export function multiply(n: bigint, point: Point): Point {
  const small = [NEUTRAL, point];
  const first = summand(point);
  while (small.length < 16) small.push(addSummand(small[small.length - 1]!, first));
  let result = NEUTRAL;
  for (const digit of n.toString(16)) {
    if (result !== NEUTRAL) result = double(double(double(double(result))));
    const at = Number.parseInt(digit, 16);
    if (at !== 0) result = add(result, small[at]!);
  }
  return result;
}

let ofBase: Multiples | undefined;

/** sum + n times the base point. */
export function addBase(sum: Point, n: bigint): Point {
  ofBase ??= new Multiples(BASE);
  return ofBase.addTo(sum, n);
}
