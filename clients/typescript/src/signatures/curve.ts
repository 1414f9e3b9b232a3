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

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}

const inverse = (n: bigint): bigint => power(n, P - 2n);

export const D = mod(-121665n * inverse(121666n));
const TWICE_D = mod(2n * D);
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

export const NEUTRAL: Point = { X: 0n, Y: 1n, Z: 1n, T: 0n };

export function add(p: Point, q: Point): Point {
  const a = ((p.Y - p.X) * (q.Y - q.X)) % P;
  const b = ((p.Y + p.X) * (q.Y + q.X)) % P;
  const c = ((p.T * TWICE_D) % P) * q.T;
  const d = 2n * p.Z * q.Z;
  return fromParts(b - a, d - c, d + c, b + a);
}

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

const WINDOW = 4n;
const WINDOW_MASK = 15n;

function multiples(p: Point): readonly Point[] {
  const table = [NEUTRAL, p];
  while (table.length < 16) table.push(add(table[table.length - 1]!, p));
  return table;
}

const BASE_MULTIPLES = multiples(BASE);

/** [m]B + [n]Q, for m and n from 0 to 2²⁵⁶ − 1: both walked at once, four bits at a time. */
export function combine(m: bigint, n: bigint, q: Point): Point {
  const ofQ = multiples(q);
  let sum = NEUTRAL;
  for (let shift = 252n; shift >= 0n; shift -= WINDOW) {
    if (sum !== NEUTRAL) sum = double(double(double(double(sum))));
    const a = Number((m >> shift) & WINDOW_MASK);
    const b = Number((n >> shift) & WINDOW_MASK);
    if (a !== 0) sum = add(sum, BASE_MULTIPLES[a]!);
    if (b !== 0) sum = add(sum, ofQ[b]!);
  }
  return sum;
}
