/** A model without a kernel for the tests: the traits, what was saved, what was sent. */
import type { ChangeEvent, Key, MessageListener, Model } from "./model";

export interface Sent {
  content: unknown;
  buffers: readonly (ArrayBuffer | ArrayBufferView)[];
}

type Listener = (...values: never[]) => void;

export class FakeModel<State extends object> implements Model<State> {
  readonly state: State;
  readonly saved: Partial<State>[] = [];
  readonly sent: Sent[] = [];
  /** Answers commands as Python would; a thrown error becomes the error envelope. */
  answer: ((command: string, data: never) => unknown) | undefined;
  private dirty: Partial<State> = {};
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(state: State) {
    this.state = state;
  }

  get<Name extends Key<State>>(key: Name): State[Name] {
    return this.state[key];
  }

  set<Name extends Key<State>>(key: Name, value: State[Name]): void {
    this.dirty[key] = value;
    this.state[key] = value;
    this.fire(`change:${key}`);
  }

  save_changes(): void {
    this.saved.push(this.dirty);
    this.dirty = {};
  }

  on(event: ChangeEvent<State> | "msg:custom", listener: Listener): void {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener));
  }

  off(event: ChangeEvent<State> | "msg:custom", listener: Listener): void {
    this.listeners.get(event)?.delete(listener);
  }

  send(content: unknown, _callbacks?: unknown, buffers: Sent["buffers"] = []): void {
    this.sent.push({ content, buffers });
    if (this.answer) this.reply(content as { id: string; command: string; data: never }, this.answer);
  }

  /** A message from Python. */
  receive(content: unknown, buffers: readonly DataView[] = []): void {
    for (const listener of this.listeners.get("msg:custom") ?? [])
      (listener as MessageListener)(content, buffers);
  }

  get listenerCount(): number {
    return [...this.listeners.values()].reduce((total, set) => total + set.size, 0);
  }

  private reply(
    { id, command, data }: { id: string; command: string; data: never },
    answer: NonNullable<typeof this.answer>,
  ): void {
    queueMicrotask(() => {
      try {
        this.receive({ kind: "reply", id, ok: true, result: answer(command, data) });
      } catch (error) {
        this.receive({ kind: "reply", id, ok: false, error: (error as Error).message });
      }
    });
  }

  private fire(event: string): void {
    for (const listener of this.listeners.get(event) ?? []) (listener as () => void)();
  }
}
