// The page's document and those inside its frames: where they start, their titles and addresses, and what a frame holds that
// cannot be shared.

import { documentAddress, originOf } from './address';
import type { Draft } from './draft';
import { emittedText } from './emit';
import { type Masks, PRIVATE } from './mask';
import { Limit, MaskCode, PlaceholderCode, QuirksCode } from './names.gen';
import {
  addressOf,
  baseUri,
  compatMode,
  contentDocument,
  doctypeOf,
  documentElement,
  hasAttribute,
  localName,
  titleElement,
  titleOf,
} from './native';
import type { Known, NodeIds } from './node_ids';
import type { Snapshot } from './snapshot';

/** A page says with this attribute that what is inside a frame is not to be shared. */
const NO_CONTENT = 'data-no-cobrowse-content';
const LIMITED_QUIRKS = /^-\/\/W3C\/\/DTD (XHTML 1\.0|HTML 4\.01) (Transitional|Frameset)\/\//i;

interface Told {
  title: string;
  address: string;
  base: string;
}

/** What a document is from its start to its end; `document.open()` and a slow parser can change it all the same. */
interface Mode {
  doctype: string;
  quirks: number;
}

export class Documents {
  private told = new Map<Known, Told>();
  private modes = new Map<Known, Mode>();
  private frames = new Set<Known>();
  /** Frames that have been declared not to be shown. */
  private shut = new Set<Known>();

  constructor(
    private readonly ids: NodeIds,
    private readonly masks: Masks,
    private readonly draft: Draft,
    private readonly snapshot: Snapshot,
    private readonly enter: (root: Node) => void,
    private readonly renew: (frame: Known) => void,
  ) {}

  /** Starts a document: the page itself (no frame) or the one inside a frame element. Its nodes follow. */
  start(document: Document, frame: Known | null): Known {
    this.enter(document);
    const mark = this.masks.own(document);
    const known = this.ids.document(
      document,
      frame,
      Math.max(frame?.level ?? (this.masks.hidesAll ? PRIVATE : 0), mark?.level ?? 0),
    );
    const { title, address, base } = this.describe(known);
    const { doctype, quirks } = modeOf(document);
    this.told.set(known, { title, address, base });
    this.modes.set(known, { doctype, quirks });
    known.followed = true;
    this.draft.writer.document(known.id, frame?.id ?? 0, address, base, title, doctype, quirks);
    this.snapshot.leaveOpen(known);
    return known;
  }

  /** A frame element has come in. */
  arriveFrame(known: Known): void {
    this.frames.add(known);
    known.followed = true;
    this.arriveInside(known, this.inside(known));
  }

  /** Frames that have been navigated get their new document; to be called before nodes are placed. */
  reviewFrames(): void {
    for (const known of this.frames) {
      const inside = this.inside(known);
      if (inside === known.inner?.node && !this.isStale(known.inner)) continue;
      if (inside && !isParsed(inside)) continue;
      // A placeholder cannot be taken back, nor a document without another: such an element starts anew.
      if (inside ? this.shut.has(known) : known.inner) this.renew(known);
      else this.arriveInside(known, inside);
    }
  }

  /** Whether a document is no more what it was declared to be. */
  isStale(known: Known): boolean {
    const document = known.node as Document;
    const mode = this.modes.get(known);
    if (!mode || !isParsed(document)) return false;
    const now = modeOf(document);
    return now.doctype !== mode.doctype || now.quirks !== mode.quirks;
  }

  private arriveInside(known: Known, inside: Document | null): void {
    if (inside) {
      if (!isParsed(inside)) return;
      if (known.inner) this.ids.forget(known.inner);
      this.start(inside, known);
    } else if (!this.shut.has(known)) {
      this.shut.add(known);
      this.draft.writer.setPlaceholder(known.id, PlaceholderCode.CrossOriginFrame);
    }
  }

  flush(): void {
    for (const [known, told] of this.told) {
      const now = this.describe(known);
      if (now.title !== told.title) this.draft.writer.setTitle(known.id, now.title);
      if (now.address !== told.address || now.base !== told.base)
        this.draft.writer.setAddress(known.id, now.address, now.base);
      this.told.set(known, now);
    }
  }

  forget(known: Known): void {
    this.told.delete(known);
    this.modes.delete(known);
    this.frames.delete(known);
    this.shut.delete(known);
  }

  private inside(frame: Known): Document | null {
    const element = frame.node as Element;
    if (frame.level >= MaskCode.Hide || hasAttribute(element, NO_CONTENT) || !this.mayNest(frame)) return null;
    return contentDocument(element);
  }

  private mayNest(frame: Known): boolean {
    let depth = 0;
    for (let up = frame.above; up; up = up.above) if (this.told.has(up)) depth++;
    return depth < Limit.DocumentDepth && (frame.inner !== null || this.told.size < Limit.Documents);
  }

  private describe(known: Known): Told {
    const document = known.node as Document;
    if (known.level >= MaskCode.Text) {
      const origin = originOf(addressOf(document));
      return { title: '', address: origin, base: origin };
    }
    return {
      title: this.title(known),
      address: documentAddress(addressOf(document)),
      base: documentAddress(baseUri(document)),
    };
  }

  private title(known: Known): string {
    const document = known.node as Document;
    const element = titleElement(document);
    return element
      ? emittedText(titleOf(document), this.masks.effective(element)).slice(0, Limit.AttributeValue / 3)
      : '';
  }
}

export function isFrame(element: Element): boolean {
  const tag = localName(element);
  return tag === 'iframe' || tag === 'frame';
}

/** Whether the parser has come past the doctype, which decides on quirks. */
function isParsed(document: Document): boolean {
  return documentElement(document) !== null;
}

function modeOf(document: Document): Mode {
  const type = doctypeOf(document);
  const limited = LIMITED_QUIRKS.test(type?.publicId ?? '') ? QuirksCode.Limited : QuirksCode.None;
  return { doctype: type?.name ?? '', quirks: compatMode(document) === 'BackCompat' ? QuirksCode.Quirks : limited };
}
