// Why a frame is not applied: the kinds of docs/protocol.md, "Refusals". Holds data only; a sentence is made where it is shown.

/** In this order for ever: the console is told a kind by its index. */
export const REFUSALS = [
  'truncated',
  'trailing',
  'overlong',
  'number',
  'utf8',
  'version',
  'flags',
  'message',
  'inflate',
  'limit',
  'reference',
  'op',
  'step',
  'unknown_node',
  'duplicate_node',
  'wrong_kind',
  'cycle',
  'position',
  'epoch',
  'sequence',
  'field',
] as const;

export type RefusalKind = (typeof REFUSALS)[number];

export class Refusal extends Error {
  constructor(readonly kind: RefusalKind) {
    super(kind);
  }
}

/** For positions where only an expression fits. */
export function refuse(kind: RefusalKind): never {
  throw new Refusal(kind);
}
