/** The suite `consensus`: single steps of a validator, messages, commits, proposers, evidence. */

import { accused } from "../consensus/evidence.js";
import { MessageLog } from "../consensus/log.js";
import { checkCommit, checkMessage } from "../consensus/messages.js";
import { proposerOf } from "../consensus/proposer.js";
import { resume, takeStep } from "../consensus/step.js";
import { checkValidators } from "../consensus/validators.js";
import { integer, list, octets, record, text } from "../encoding/shapes.js";
import { Claim, Commit, Node, Outcome, SignedMessage, Validators } from "../records/consensus.js";
import { operation, type Operations } from "./operation.js";

const StepToTake = record({
  node: Node,
  validators: Validators,
  received: list(SignedMessage),
  valid: list(octets),
  candidate: octets,
  claim: Claim,
});
const Turn = record({ validators: Validators, height: integer, round: integer });
const MessageToCheck = record({ chain: text, validators: Validators, signed: SignedMessage });
const CommitToCheck = record({ chain: text, validators: Validators, commit: Commit });
const Logs = record({ chain: text, validators: Validators, logs: list(list(SignedMessage)) });

/** Something was found to be in order. */
const Admitted = record({});

export const consensusOperations: Operations = {
  take_step: operation(StepToTake, Outcome, ({ node, validators, received, valid, candidate, claim }) => {
    const log = new MessageLog(node.chain, node.height, validators, received, { valid, candidate });
    return takeStep(node, log, claim);
  }),
  resume: operation(record({ node: Node }), Outcome, ({ node }) => resume(node)),
  proposer_of: operation(Turn, record({ key: octets }), ({ validators, height, round }) => ({
    key: proposerOf(validators, height, round),
  })),
  check_message: operation(MessageToCheck, Admitted, ({ chain, validators, signed }) => {
    checkMessage(chain, validators, signed);
    return {};
  }),
  check_commit: operation(CommitToCheck, Admitted, ({ chain, validators, commit }) => {
    checkCommit(chain, validators, commit);
    return {};
  }),
  check_validators: operation(record({ validators: Validators }), Admitted, ({ validators }) => {
    checkValidators(validators);
    return {};
  }),
  accuse: operation(Logs, record({ keys: list(octets) }), ({ chain, validators, logs }) => ({
    keys: accused(chain, validators, logs),
  })),
};
