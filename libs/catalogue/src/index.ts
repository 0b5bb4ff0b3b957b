export * from './stage-config.js';
export * from './trainer-protocol.js';
