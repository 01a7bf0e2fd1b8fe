// The documented calls of `GLANCE.Cobrowse.Visitor` and `VisitorUI`. Checks what pages pass in and starts, continues and stops
// sessions; nothing here throws into the page.

import { documentAddress } from './address';
import type { ContinuationStore } from './continuation';
import { Modules } from './modules';
import type { Ui } from './modules/ui/main';
import { PROTOCOL_VERSION } from './names.gen';
import { addressOf } from './native';
import { Session, type Start } from './session';
import { type Api, addListener, emit, type Listener, removeListener, type Shared } from './surface';
import type { Tag } from './tag';

const KEY = /^[A-Za-z0-9_~.-]{1,63}$/;
/** What the relay stores of a visitor at most, in characters. */
const LENGTHS = { name: 63, email: 127, phone: 31 } as const;

export interface StartOptions {
  sessionKey?: string | number;
  groupid?: string | number;
  name?: string;
  email?: string;
  phone?: string;
}

type PageSettings = { visitorid?: string; name?: string; email?: string; phone?: string };

export class VisitorApi {
  private session: Session | null = null;
  private readonly modules: Modules;

  constructor(
    private readonly tag: Tag,
    private readonly store: ContinuationStore,
    private readonly shared: Shared,
  ) {
    this.modules = new Modules([...new Set([tag.scripts, tag.server])]);
  }

  /** The calls as they are put on the public objects. */
  calls(): Api {
    return {
      startSession: (options?: string | StartOptions) => this.start(options),
      stopSession: () => this.session?.stop(),
      endSession: () => this.session?.stop(),
      showTerms: (options?: string | StartOptions) => this.showTerms(options),
      // There is no button of ours to start a session with, and the bar of a running one is not the page's to hide.
      showButton: () => undefined,
      toggleButton: () => undefined,
      inSession: () => this.session?.goesOn ?? false,
      getKey: () => this.session?.key ?? '',
      getSessionState: () => this.state(),
      setUIReady: () => undefined,
      synced: () => this.synced(),
      addEventListener: (name: string, listener: Listener) => addListener(this.shared, name, listener),
      removeEventListener: (name: string, listener: Listener) => removeListener(this.shared, name, listener),
    };
  }

  /** Goes on with a session of an earlier page. */
  resume(): void {
    const continuation = this.store.read();
    if (!continuation) return;
    if (this.hasGroup(continuation.groupid)) this.begin({ continuation });
  }

  private start(options?: string | StartOptions): void {
    if (this.session) return;
    const start = this.startMessage(typeof options === 'string' ? { sessionKey: options } : (options ?? {}));
    if (!start) return;
    this.tell('sessionstarting');
    this.begin({ start });
  }

  private begin(beginning: ConstructorParameters<typeof Session>[0]): void {
    this.session = new Session(
      beginning,
      this.tag,
      this.store,
      this.modules,
      this.ui(),
      (name, event) => this.tell(name, event),
      () => {
        this.session = null;
      },
    );
  }

  private startMessage(options: StartOptions): Start | null {
    const groupid = Number(options.groupid ?? this.tag.groupid);
    if (!this.hasGroup(groupid)) return null;
    const page = (window as { GLANCE_COBROWSE?: PageSettings }).GLANCE_COBROWSE ?? {};
    const visitorid = String(page.visitorid || this.tag.visitorid || '');
    const key = String(options.sessionKey ?? visitorid);
    if (key && !KEY.test(key)) return this.refuse('invalidkey', 'A session key has 1 to 63 letters, digits or _ ~ . -');
    const start: Start = {
      type: 'start',
      protocol: PROTOCOL_VERSION,
      groupid,
      site: this.tag.site,
      address: documentAddress(addressOf(document)),
    };
    if (key) start.key = key;
    if (KEY.test(visitorid)) start.visitorid = visitorid;
    for (const field of ['name', 'email', 'phone'] as const) {
      const value = String(options[field] || page[field] || this.tag[field] || '');
      if (value) start[field] = [...value].slice(0, LENGTHS[field]).join('');
    }
    return start;
  }

  private async showTerms(options?: string | StartOptions): Promise<void> {
    const ui = await this.ui();
    const terms = await ui?.terms(this.tag);
    if (this.session || !ui || !terms) return;
    this.tell('terms', { status: 'displayed' });
    const accepted = await ui.askTerms(terms);
    this.tell('terms', { status: accepted ? 'accepted' : 'declined' });
    if (accepted) this.start(options);
  }

  private ui(): Promise<Ui> | null {
    return this.tag.customUi ? null : this.modules.bring('ui');
  }

  private state(): Record<string, unknown> {
    const { session } = this;
    return {
      inSession: session?.goesOn ?? false,
      key: session?.key ?? '',
      paused: false,
      agents: { count: session?.agents.length ?? 0, agentlist: session?.agents ?? [] },
    };
  }

  private synced(): Promise<number> {
    return this.session?.synced() ?? Promise.reject(new Error('no session'));
  }

  private hasGroup(groupid: number): boolean {
    return this.tag.groupids.includes(groupid) || !!this.refuse('invalidgroup', 'This group is not in the tag.');
  }

  private refuse(code: string, msg: string): null {
    console.warn(msg);
    this.tell('error', { code, msg });
    return null;
  }

  private tell(name: string, event?: Record<string, unknown>): void {
    emit(this.shared, name, event);
  }
}
