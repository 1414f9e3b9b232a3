/** What owners and validators may ask of the ledger (LEDGER-7), and blocks of it (CONS-6). */

import {
  flag,
  type Infer,
  integer,
  list,
  octets,
  oneOf,
  optional,
  record,
  text,
  union,
  variant,
} from "../encoding/shapes.js";
import { Commit } from "./consensus.js";

export const OpenAccount = variant("OpenAccount", { owner: octets, pool: text, number: integer });
export type OpenAccount = Infer<typeof OpenAccount>;
export const Deposit = variant("Deposit", { deposit_id: octets, account: text, amount: integer });
export type Deposit = Infer<typeof Deposit>;
export const Withdraw = variant("Withdraw", { withdrawal_id: octets, amount: integer });
export type Withdraw = Infer<typeof Withdraw>;
export const Release = variant("Release", { account: text, withdrawal_id: octets });
export type Release = Infer<typeof Release>;
export const Transfer = variant("Transfer", { to: text, amount: integer });
export type Transfer = Infer<typeof Transfer>;
/** An order; without a price it is a market order. */
export const Place = variant("Place", {
  market: text,
  side: oneOf("buy", "sell"),
  lots: integer,
  price: optional(integer),
  time_in_force: oneOf("gtc", "ioc", "fok", "post-only"),
  reduce_only: flag,
  self_trade: oneOf("cancel-maker", "cancel-taker", "decrement"),
});
export type Place = Infer<typeof Place>;
export const Cancel = variant("Cancel", { nonce: integer });
export type Cancel = Infer<typeof Cancel>;
export const Liquidate = variant("Liquidate", { account: text, market: text, lots: integer });
export type Liquidate = Infer<typeof Liquidate>;
export const Settle = variant("Settle", { account: text, market: text });
export type Settle = Infer<typeof Settle>;
export const ChangeParameter = variant("ChangeParameter", { number: integer, scope: text, name: text, value: integer });
export type ChangeParameter = Infer<typeof ChangeParameter>;

export const Action = union(
  OpenAccount,
  Deposit,
  Withdraw,
  Release,
  Transfer,
  Place,
  Cancel,
  Liquidate,
  Settle,
  ChangeParameter,
);
export type Action = Infer<typeof Action>;

export const Body = record({ chain: text, account: text, nonce: integer, expires: integer, action: Action });
export type Body = Infer<typeof Body>;

export const Signature = record({ key: octets, signature: octets });
export type Signature = Infer<typeof Signature>;

export const Transaction = record({ body: Body, signatures: list(Signature) });
export type Transaction = Infer<typeof Transaction>;

export const Block = record({
  chain: text,
  version: integer,
  height: integer,
  time: integer,
  proposer: octets,
  previous: octets,
  commit: Commit,
  transactions: list(Transaction),
  root: octets,
});
export type Block = Infer<typeof Block>;
