/**
 * The ONNX Runtime of onnxruntime-node 1.30 carries its maker's usage reports, with an id of the device and a queue of
 * reports in the user's cache folder, unless this variable is set. A service that keeps faces at home reports nothing.
 * The native code reads it when it starts; it is set here, in every process that loads it.
 */
process.env.ORT_DISABLE_TELEMETRY = '1'
