// What a stage reports, checked: the page it shows may be hostile, so its messages are a closed set of bounded integers
// (security requirements 2.4). Anything else is null.

import { QuirksCode, ScopeCode } from '../names.gen';
import { Report } from '../port';
import { REFUSALS } from '../stage/refusal';

export type StageReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'rendered'; readonly version: number }
  | { readonly kind: 'viewport'; readonly width: number; readonly height: number }
  | { readonly kind: 'pointer'; readonly x: number; readonly y: number; readonly down: boolean }
  | { readonly kind: 'mode'; readonly quirks: number }
  | { readonly kind: 'stuck'; readonly reason: string }
  | { readonly kind: 'drift'; readonly node: number; readonly scope: number };

/** Larger than any screen, small enough for any browser to lay out. */
const SIDE_MAX = 32_767;
const POINT_MAX = 1_000_000;

function within(number: number | undefined, low: number, high: number): number | null {
  return Number.isInteger(number) && (number as number) >= low && (number as number) <= high
    ? (number as number)
    : null;
}

export function readReport(data: unknown): StageReport | null {
  if (!Array.isArray(data) || data.length > 4 || !data.every((number) => typeof number === 'number')) return null;
  const [kind, ...numbers] = data as number[];
  const [a, b, c] = numbers;
  const report = read(kind, a, b, c);
  return report !== null && numbers.length === LENGTHS[report.kind] ? report : null;
}

const LENGTHS: Record<StageReport['kind'], number> = {
  ready: 0,
  rendered: 1,
  viewport: 2,
  pointer: 3,
  mode: 1,
  stuck: 1,
  drift: 2,
};

function read(kind: number | undefined, a?: number, b?: number, c?: number): StageReport | null {
  switch (kind) {
    case Report.Ready:
      return { kind: 'ready' };
    case Report.Rendered: {
      const version = within(a, 0, Number.MAX_SAFE_INTEGER);
      return version === null ? null : { kind: 'rendered', version };
    }
    case Report.Viewport: {
      const width = within(a, 0, 2 ** 32 - 1);
      const height = within(b, 0, 2 ** 32 - 1);
      if (width === null || height === null) return null;
      return { kind: 'viewport', width: Math.min(width, SIDE_MAX), height: Math.min(height, SIDE_MAX) };
    }
    case Report.Pointer: {
      const x = within(a, -POINT_MAX, POINT_MAX);
      const y = within(b, -POINT_MAX, POINT_MAX);
      const down = within(c, 0, 1);
      return x === null || y === null || down === null ? null : { kind: 'pointer', x, y, down: down === 1 };
    }
    case Report.Mode: {
      const quirks = within(a, QuirksCode.None, QuirksCode.Limited);
      return quirks === null ? null : { kind: 'mode', quirks };
    }
    case Report.Stuck: {
      const reason = REFUSALS[within(a, 0, REFUSALS.length - 1) ?? -1];
      return reason === undefined ? null : { kind: 'stuck', reason };
    }
    case Report.Drift: {
      const node = within(a, 1, 2 ** 31 - 1);
      const scope = within(b, ScopeCode.Content, ScopeCode.Subtree);
      return node === null || scope === null ? null : { kind: 'drift', node, scope };
    }
    default:
      return null;
  }
}
