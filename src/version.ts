/** Kept equal to package.json by a test; read from here so that no file is opened at start. */
export const TOOL_VERSION = "0.1.0";
