export {
  openQueue,
  type JobOptions,
  type JobQueue,
  type QueueOptions,
  type Work,
  type WorkOptions,
} from './queue.js';
