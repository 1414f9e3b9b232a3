/** What a lot is worth, feeds, funding and settlement prices: the suites `oracle`, `options` and `funding`. */

import { flag, integer, optional, record, text } from "../encoding/shapes.js";
import { advanceFunding, samplePremium } from "../exchange/funding.js";
import { Quote, payoff, quoteOption, quotePerpetual } from "../exchange/instruments.js";
import { blockTime, isFresh, updateFeed } from "../exchange/oracle.js";
import { sampleExpiry } from "../exchange/settlement.js";
import { Commit, Validators } from "../records/consensus.js";
import { OptionSeries, Perpetual, ProtocolParameters } from "../records/instruments.js";
import { Expiry, Feed, Funding } from "../records/state.js";
import { Number } from "./arithmetic.js";
import { operation, type Operations } from "./operation.js";

const FeedToUpdate = record({
  feed: Feed,
  feed_id: text,
  commit: Commit,
  validators: Validators,
  parameters: ProtocolParameters,
  now: integer,
});
const UpdatedFeed = record({ feed: Feed, fresh: flag });
const Clocks = record({ commit: Commit, validators: Validators, previous: integer });
const PerpetualToQuote = record({
  perpetual: Perpetual,
  index: integer,
  fresh: flag,
  open_interest: integer,
  funding_index: integer,
});
const OptionToQuote = record({
  series: OptionSeries,
  now: integer,
  index: integer,
  reported: integer,
  fresh: flag,
  settlement_price: optional(integer),
});
const SeriesAtPrice = record({ series: OptionSeries, price: integer });
const FundingToAdvance = record({
  funding: Funding,
  perpetual: Perpetual,
  index: integer,
  before: integer,
  now: integer,
  sample: integer,
});
const ImpactPrices = record({ index: integer, bid: optional(integer), ask: optional(integer) });
const ExpiryToSample = record({
  expiry: Expiry,
  parameters: ProtocolParameters,
  now: integer,
  index: integer,
  fresh: flag,
});

export const marketOperations: Operations = {
  update_feed: operation(FeedToUpdate, UpdatedFeed, ({ feed, feed_id, commit, validators, parameters, now }) => {
    const updated = updateFeed(feed, feed_id, commit, validators, parameters, now);
    return { feed: updated, fresh: isFresh(updated, parameters) };
  }),
  block_time: operation(Clocks, Number, ({ commit, validators, previous }) => ({
    value: blockTime(commit, validators, previous),
  })),
  quote_perpetual: operation(
    PerpetualToQuote,
    Quote,
    ({ perpetual, index, fresh, open_interest, funding_index }) =>
      quotePerpetual(perpetual, index, fresh, open_interest, funding_index),
  ),
  quote_option: operation(OptionToQuote, Quote, ({ series, now, index, reported, fresh, settlement_price }) =>
    quoteOption(series, now, index, reported, fresh, settlement_price),
  ),
  payoff: operation(SeriesAtPrice, Number, ({ series, price }) => ({ value: payoff(series, price) })),
  advance_funding: operation(FundingToAdvance, Funding, ({ funding, perpetual, index, before, now, sample }) =>
    advanceFunding(funding, perpetual, index, before, now, sample),
  ),
  sample_premium: operation(ImpactPrices, Number, ({ index, bid, ask }) => ({ value: samplePremium(index, bid, ask) })),
  sample_expiry: operation(ExpiryToSample, Expiry, ({ expiry, parameters, now, index, fresh }) =>
    sampleExpiry(expiry, parameters, now, index, fresh),
  ),
};
