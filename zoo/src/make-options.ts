/** How a backbone is made. */
export interface MakeOptions {
  readonly seed: number;
  /** Multiplies the amount of data; 1 = the published recipe. */
  readonly scale: number;
  /** For language models: go on from the folder's weights with this phase. */
  readonly firstPhase: number;
}
