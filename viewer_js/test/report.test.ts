import { describe, expect, it } from 'vitest';
import { readReport } from '../src/console/report';
import { REFUSALS } from '../src/stage/refusal';

describe('what a stage may say', () => {
  it.each([
    [[1], { kind: 'ready' }],
    [[2, 7], { kind: 'rendered', version: 7 }],
    [[3, 1280, 720], { kind: 'viewport', width: 1280, height: 720 }],
    [[3, 4294967295, 1], { kind: 'viewport', width: 32767, height: 1 }],
    [[4, -3, 9, 1], { kind: 'pointer', x: -3, y: 9, down: true }],
    [[5, 1], { kind: 'mode', quirks: 1 }],
    [[6, 0], { kind: 'stuck', reason: 'truncated' }],
    [[7, 12, 3], { kind: 'drift', node: 12, scope: 3 }],
  ])('reads %j', (data, report) => {
    expect(readReport(data)).toEqual(report);
  });

  it.each([
    [null],
    ['[1]'],
    [{ 0: 1, length: 1 }],
    [[]],
    [[0]],
    [[7, 1]],
    [[1, 1]],
    [[2]],
    [[2, -1]],
    [[2, 1.5]],
    [[2, Number.NaN]],
    [[2, Number.POSITIVE_INFINITY]],
    [[2, 2 ** 53]],
    [[2, '7']],
    [[2, [7]]],
    [[3, 1]],
    [[3, 1, 2, 3]],
    [[3, -1, 5]],
    [[4, 1, 2, 2]],
    [[4, 1e7, 2, 0]],
    [[5, 3]],
    [[6, REFUSALS.length]],
    [[6, -1]],
    [[7, 0, 3]],
    [[7, 12, 4]],
    [[7, 12, 0]],
    [[1, 2, 3, 4, 5]],
  ])('hears nothing in %j', (data) => {
    expect(readReport(data)).toBeNull();
  });
});
