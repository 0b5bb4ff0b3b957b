export { coreCount, inventoryFolders, readEnvironment, readSettings, type Settings } from './settings.js';
export { createLogger, type Logger } from './logger.js';
export { createShutdown, type Shutdown } from './shutdown.js';
