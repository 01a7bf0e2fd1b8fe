// What a decoded frame holds. Plain data: it is also what travels from a stage to the stages nested in it.

import type { Op } from '../names.gen';

/** An element's namespace, tag and attribute names; shared by all elements of a frame that look alike. */
export interface Shape {
  readonly namespace: number;
  readonly tag: string;
  readonly attributes: readonly string[];
}

/** A node of an inserted subtree, in preorder; top nodes have depth 0. */
export interface TreeNode {
  readonly id: number;
  readonly depth: number;
  /** A code of NodeCode; FirstShape for every element. */
  readonly code: number;
  /** Of an element. */
  readonly shape: Shape | null;
  /** An element's attribute values in the order of its shape; a text's data; nothing for a shadow root. */
  readonly values: readonly string[];
}

type Of<Kind extends keyof typeof Op> = { readonly op: (typeof Op)[Kind] };

export type DocumentOp = Of<'Document'> & {
  readonly node: number;
  readonly frame: number;
  readonly address: string;
  readonly base: string;
  readonly title: string;
  readonly doctype: string;
  readonly quirks: number;
};
export type InsertOp = Of<'Insert'> & {
  readonly parent: number;
  readonly after: number;
  readonly nodes: readonly TreeNode[];
};
export type MoveOp = Of<'Move'> & {
  readonly node: number;
  readonly count: number;
  readonly parent: number;
  readonly after: number;
};
export type RemoveOp = Of<'Remove'> & { readonly node: number; readonly count: number };
export type SetTextOp = Of<'SetText'> & { readonly node: number; readonly text: string };
export type SetAttributeOp = Of<'SetAttribute'> & {
  readonly node: number;
  readonly name: string;
  readonly value: string;
};
export type RemoveAttributeOp = Of<'RemoveAttribute'> & { readonly node: number; readonly name: string };
export type SetAttributesOp = Of<'SetAttributes'> & {
  readonly node: number;
  readonly attributes: readonly (readonly [string, string])[];
};
export type SetValueOp = Of<'SetValue'> & { readonly node: number; readonly value: string };
export type SetStateOp = Of<'SetState'> & { readonly node: number; readonly bits: number };
export type SetScrollOp = Of<'SetScroll'> & { readonly node: number; readonly left: number; readonly top: number };
export type SetSheetOp = Of<'SetSheet'> & { readonly node: number; readonly base: string; readonly text: string };
export type SetMaskOp = Of<'SetMask'> & {
  readonly node: number;
  readonly level: number;
  readonly label: string;
  readonly width: number;
  readonly height: number;
};
export type SetPlaceholderOp = Of<'SetPlaceholder'> & { readonly node: number; readonly reason: number };
export type SetFocusOp = Of<'SetFocus'> & { readonly node: number };
export type SetPointerOp = Of<'SetPointer'> & { readonly x: number; readonly y: number; readonly down: number };
export type SetViewportOp = Of<'SetViewport'> & {
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
};
export type SetTitleOp = Of<'SetTitle'> & { readonly node: number; readonly title: string };
export type SetAddressOp = Of<'SetAddress'> & {
  readonly node: number;
  readonly address: string;
  readonly base: string;
};
/** A run of nodes and the sibling it comes after, 0 when it comes first. */
export interface Run {
  readonly after: number;
  readonly nodes: readonly number[];
}
export type ArrangeOp = Of<'Arrange'> & { readonly parent: number; readonly runs: readonly Run[] };
export type VerifyOp = Of<'Verify'> & { readonly node: number; readonly scope: number; readonly hash: number };

export type SetTileOp = Of<'SetTile'> & {
  readonly node: number;
  readonly column: number;
  readonly row: number;
  readonly picture: string;
};
export type LiftOp = Of<'Lift'> & { readonly node: number };
export type SetSelectionOp = Of<'SetSelection'> & {
  readonly node: number;
  readonly offset: number;
  readonly end: number;
  readonly endOffset: number;
};
export type SetAnimationOp = Of<'SetAnimation'> & { readonly node: number; readonly text: string };
export type SetClockOp = Of<'SetClock'> & { readonly time: number };
export type SetPlaybackOp = Of<'SetPlayback'> & {
  readonly node: number;
  readonly time: number;
  readonly duration: number;
  readonly rate: number;
  readonly bits: number;
  readonly width: number;
  readonly height: number;
};
export type SetHoverOp = Of<'SetHover'> & { readonly node: number; readonly active: number };
export type SetMediaOp = Of<'SetMedia'> & { readonly features: number };
export type SetConstructedOp = Of<'SetConstructed'> & {
  readonly sheet: number;
  readonly base: string;
  readonly text: string;
};
export type SetAdoptedOp = Of<'SetAdopted'> & { readonly node: number; readonly sheets: string };

export type AnyOp =
  | DocumentOp
  | InsertOp
  | MoveOp
  | RemoveOp
  | SetTextOp
  | SetAttributeOp
  | RemoveAttributeOp
  | SetAttributesOp
  | SetValueOp
  | SetStateOp
  | SetScrollOp
  | SetSheetOp
  | SetMaskOp
  | SetPlaceholderOp
  | SetFocusOp
  | SetPointerOp
  | SetViewportOp
  | SetTitleOp
  | SetAddressOp
  | SetTileOp
  | LiftOp
  | SetSelectionOp
  | SetAnimationOp
  | SetClockOp
  | SetPlaybackOp
  | SetHoverOp
  | SetMediaOp
  | SetConstructedOp
  | SetAdoptedOp
  | ArrangeOp
  | VerifyOp;

export interface Frame {
  readonly message: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly base: number;
  readonly ops: readonly AnyOp[];
}
