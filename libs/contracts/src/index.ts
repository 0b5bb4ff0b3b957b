export { errorBody, errorShape } from './error.js';
export { gridSpec, parseGridSpec, parseWith } from './grid-spec.js';
export { formatTrainerLine, parseTrainerLine, prediction, trainerEvent } from './trainer-events.js';
export { jobCatalogue, parseJob, type JobHandlers, type JobName, type JobPayload } from './jobs.js';
export { API, routes, type Route, type RouteInput, type RouteName, type RouteResponse } from './routes.js';
export { createClient, type Client, type ClientOptions } from './client.js';
export { MOST_TAGS, tag } from './tags.js';
export { changeEvent, isOver } from './views.js';
export type {
  AttemptView,
  CellScore,
  ChangeEvent,
  Comparison,
  CostName,
  ExperimentDetail,
  ExperimentState,
  ExperimentView,
  Explanation,
  Health,
  Inventory,
  LogLine,
  MetricSeries,
  Plan,
  PlannedStage,
  ProjectView,
  RunState,
  RunView,
  ServerEvent,
  StageState,
  StageFile,
  StageView,
  WorkerView,
} from './views.js';
export type { EffectsView, PivotView, QuestionsView } from './effects-view.js';
export type { ExtensionView } from './extension.js';
export type { ProvenanceView } from './provenance-view.js';
export type { ImportReport, ImportRequest } from './import-table.js';
export type { CellRunsView, CurvesView, OverviewView } from './overview-view.js';
export { MOST_IMAGE_BYTES, type PlaygroundView } from './playground.js';
export type { PredictionsView, QueueView, RunDetail, TelemetryView } from './run-view.js';
