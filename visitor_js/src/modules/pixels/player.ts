// How far a video or audio has been played, as its element says. Read by the browser's own functions as this module finds them.

import { PlaybackCode } from '../../names.gen';
import { core } from '../given';

const LARGEST = 0xffffffff;
const THOUSANDTHS = 1000;
/** Of `readyState`: the picture of this moment is there. */
const CURRENT_DATA = 2;

function reads<Value>(prototype: object, name: string): (self: Element) => Value {
  const get = Object.getOwnPropertyDescriptor(prototype, name)?.get as (() => unknown) | undefined;
  return (self) => (get && core.apply(get, self, [])) as Value;
}

/** Taken when the module is opened. */
export function playerFunctions() {
  const { prototype } = HTMLMediaElement;
  const [time, duration, rate] = ['currentTime', 'duration', 'playbackRate'].map((name) =>
    reads<number>(prototype, name),
  ) as [(self: Element) => number, (self: Element) => number, (self: Element) => number];
  const ready = reads<number>(prototype, 'readyState');
  const stream = reads<unknown>(prototype, 'srcObject');
  const width = reads<number | undefined>(HTMLVideoElement.prototype, 'videoWidth');
  const height = reads<number | undefined>(HTMLVideoElement.prototype, 'videoHeight');
  const flags = (['paused', 'muted', 'ended', 'seeking'] as const).map((name) => reads<boolean>(prototype, name));
  return {
    hasPicture: (element: Element): boolean => ready(element) >= CURRENT_DATA,
    /** It has not begun, so that a poster is still to be seen. */
    isFresh: (element: Element): boolean =>
      time(element) === 0 &&
      (flags[0]?.(element) ?? true) &&
      reads<TimeRanges>(prototype, 'played')(element).length === 0,
    /** The fields of `set_playback` behind its node. */
    playback(element: Element): number[] {
      const [paused, muted, ended, seeking] = flags.map((flag) => flag(element));
      const isVideo = core.localName(element) === 'video';
      const waits = !paused && !ended && (seeking || ready(element) <= CURRENT_DATA);
      const endless = stream(element) || duration(element) === Number.POSITIVE_INFINITY;
      const bits =
        (paused ? PlaybackCode.Paused : 0) |
        (muted ? PlaybackCode.Muted : 0) |
        (ended ? PlaybackCode.Ended : 0) |
        (waits ? PlaybackCode.Waiting : 0) |
        (endless ? PlaybackCode.Live : 0);
      const size = isVideo ? [width(element), height(element)] : [0, 0];
      return [
        time(element) * THOUSANDTHS,
        duration(element) * THOUSANDTHS,
        rate(element) * THOUSANDTHS,
        bits,
        ...size,
      ].map((number) => (Number.isFinite(number) ? Math.min(Math.max(Math.round(number as number), 0), LARGEST) : 0));
    },
  };
}
