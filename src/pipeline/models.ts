/**
 * One neural network, ready to run. Its input is a batch of square images: `batch * 3 * inputSize * inputSize` floats,
 * planar (all of R, then G, then B), 0..255; whatever normalisation the network wants is part of the network.
 * The outputs carry the names of the model's description; each is flat, batch first.
 */
export interface Model {
  /** Side of the square input in pixels. */
  readonly inputSize: number
  /** One run with outputs of its own. */
  run(input: Float32Array, batch: number): Promise<Outputs>
  /** One run in memory that later ones use again: for many runs in a row, which else keep the garbage collector busy. */
  prepare(batch: number): PreparedRun
}

export type Outputs = Readonly<Record<string, Float32Array>>

/** A run that is to be filled and then finished, once. Runs that are prepared at the same time share nothing. */
export interface PreparedRun {
  /** Holds an earlier input; to be written whole. */
  readonly input: Float32Array
  /** Runs the network. What `read` makes of the outputs holds no part of them: later runs write there, and to the input. */
  finish<T>(read: (outputs: Outputs) => T): Promise<T>
}

/** The networks of the default pack. */
export interface Models {
  /**
   * BlazeFace (back): `raw` is 896 anchors x 17: score logit, box (dx, dy, width, height), six key points (dx, dy); all but
   * the logit in pixels of the input, dx and dy from the anchor to the centre or point. Anchors: the 16 x 16 grid (cells of 16
   * pixels) with two each, then the 8 x 8 grid (32 pixels) with six each, row by row, at the centres of the cells.
   */
  readonly detector: Model
  /** The same network at half the side: `raw` is 224 anchors x 17. */
  readonly coarseDetector: Model
  /** The same network at three times the side, for small faces. */
  readonly fineDetector: Model
  /** 68 landmarks: `landmarks` is 136 numbers, x and y in turn, 0..1 of the crop. */
  readonly landmarks: Model
  /** dlib's ResNet: `embedding` is 128 numbers, `features` the 128 x 8 x 8 map (planar) that the facial parts are pooled from. */
  readonly resnet: Model
  /** HSE FaceRes: `embedding` is 1024 numbers (not negative), `features` the last 512 x 14 x 14 map (planar). */
  readonly faceres: Model
}
