// What console and stage say to each other over their port. Console to stage: frames as ArrayBuffers, and the asks below.
// Stage to console: arrays of integers and nothing else, so that a hostile page that had taken its stage over could say no more.

/** First number of what a stage reports. */
export const Report = {
  /** [1]: here; also the answer to a ping. */
  Ready: 1,
  /** [2, version]: the page stands at this version. */
  Rendered: 2,
  /** [3, width, height]: the visitor's viewport in CSS px. */
  Viewport: 3,
  /** [4, x, y, down]: the visitor's pointer. */
  Pointer: 4,
  /** [5, quirks]: this page needs a stage in that mode. */
  Mode: 5,
  /** [6, reason]: cannot go on; the index of a refusal. */
  Stuck: 6,
  /** [7, node, scope]: what stands here is not what the relay has. */
  Drift: 7,
} as const;

/** First number of what a console asks. */
export const Ask = {
  /** [1]: say Ready. */
  Ping: 1,
  /** [2]: say Rendered once every frame sent before is done. */
  Settle: 2,
  /** [3, x, y]: the agent's pointer is here, in CSS px of the visitor's viewport; without numbers, nowhere. */
  Hover: 3,
} as const;

/** The one message by which a stage gets its port. */
export interface StageGreeting {
  readonly type: 'stage';
  /** The origin that images and fonts come from. */
  readonly asset: string;
  /** The stage is a frame's and is fed with ops by the stage around it. */
  readonly nested?: boolean;
}
