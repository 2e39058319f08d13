/** What the `debugStack(app, stack, props)` callback of `lib/index` receives. */
export interface DebugStackProps {
  /** The stage that the app, and its debug stack, is deployed to. */
  readonly stage: string;
}
