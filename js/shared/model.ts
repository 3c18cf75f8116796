/** What a panel sees of its Python half: traits by name and type, and messages. */

export type Key<State> = keyof State & string;
export type ChangeEvent<State> = `change:${Key<State>}`;
export type MessageListener = (content: unknown, buffers?: readonly DataView[]) => void;

export interface Model<State> {
  get<Name extends Key<State>>(key: Name): State[Name];
  set<Name extends Key<State>>(key: Name, value: State[Name]): void;
  save_changes(): void;
  on(event: ChangeEvent<State>, listener: () => void): void;
  on(event: "msg:custom", listener: MessageListener): void;
  off(event: ChangeEvent<State>, listener: () => void): void;
  off(event: "msg:custom", listener: MessageListener): void;
  send(content: unknown, callbacks?: unknown, buffers?: readonly (ArrayBuffer | ArrayBufferView)[]): void;
}

/** Any model: what messages need, whatever the state is. */
export type Messenger = Pick<Model<Record<never, never>>, "on" | "off" | "send">;
