-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "projects" (
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "projects_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "experiments" (
    "id" TEXT NOT NULL,
    "project_name" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "spec" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'running',
    "priority" INTEGER NOT NULL DEFAULT 50,
    "max_parallel" INTEGER,
    "baseline_cell" TEXT,
    "saved_trainings" INTEGER NOT NULL DEFAULT 0,
    "notes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "experiments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cells" (
    "experiment_id" TEXT NOT NULL,
    "cell_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "label" TEXT NOT NULL,
    "levels" JSONB NOT NULL,

    CONSTRAINT "cells_pkey" PRIMARY KEY ("experiment_id","cell_id")
);

-- CreateTable
CREATE TABLE "runs" (
    "id" TEXT NOT NULL,
    "experiment_id" TEXT NOT NULL,
    "cell_id" TEXT NOT NULL,
    "seed" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "stages" (
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "config" JSONB NOT NULL,
    "inputs" JSONB NOT NULL,
    "parents" TEXT[],
    "pool" TEXT NOT NULL DEFAULT 'default',
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "priority" INTEGER NOT NULL DEFAULT 50,
    "flops" DOUBLE PRECISION NOT NULL,
    "peak_memory_bytes" DOUBLE PRECISION NOT NULL,
    "step" INTEGER,
    "total_steps" INTEGER,
    "seconds" DOUBLE PRECISION,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "error" JSONB,
    "first_experiment" TEXT,
    "bit_exact" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "stages_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "run_stages" (
    "run_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "stage_key" TEXT NOT NULL,
    "reused" BOOLEAN NOT NULL,

    CONSTRAINT "run_stages_pkey" PRIMARY KEY ("run_id","position")
);

-- CreateTable
CREATE TABLE "attempts" (
    "id" TEXT NOT NULL,
    "stage_key" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'queued',
    "token" TEXT NOT NULL,
    "worker_id" TEXT,
    "device" TEXT,
    "lease_expires_at" TIMESTAMPTZ(3),
    "heartbeat_at" TIMESTAMPTZ(3),
    "progress_at" TIMESTAMPTZ(3),
    "step" INTEGER,
    "total_steps" INTEGER,
    "cancel_requested" BOOLEAN NOT NULL DEFAULT false,
    "error" JSONB,
    "queued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "attempts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "checkpoints" (
    "attempt_id" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "stage_key" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "device" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "checkpoints_pkey" PRIMARY KEY ("attempt_id","step")
);

-- CreateTable
CREATE TABLE "metric_series" (
    "id" SERIAL NOT NULL,
    "stage_key" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "metric_series_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "metric_points" (
    "series_id" INTEGER NOT NULL,
    "step" INTEGER NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "metric_points_pkey" PRIMARY KEY ("series_id","step")
);

-- CreateTable
CREATE TABLE "telemetry" (
    "attempt_id" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "values" JSONB NOT NULL,

    CONSTRAINT "telemetry_pkey" PRIMARY KEY ("attempt_id","step")
);

-- CreateTable
CREATE TABLE "log_lines" (
    "attempt_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "stream" TEXT NOT NULL,
    "text" TEXT NOT NULL,

    CONSTRAINT "log_lines_pkey" PRIMARY KEY ("attempt_id","sequence")
);

-- CreateTable
CREATE TABLE "artifacts" (
    "stage_key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,

    CONSTRAINT "artifacts_pkey" PRIMARY KEY ("stage_key","name")
);

-- CreateTable
CREATE TABLE "workers" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "pool" TEXT NOT NULL,
    "numerics_class" TEXT NOT NULL,
    "device" TEXT NOT NULL,
    "slots" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'online',
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pools" (
    "name" TEXT NOT NULL,
    "numerics_class" TEXT NOT NULL,

    CONSTRAINT "pools_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "predictions" (
    "stage_key" TEXT NOT NULL,
    "control" TEXT NOT NULL,
    "question_id" TEXT NOT NULL,
    "question" TEXT NOT NULL,
    "image" TEXT NOT NULL,
    "answer" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "score" DOUBLE PRECISION NOT NULL,
    "category" TEXT NOT NULL,

    CONSTRAINT "predictions_pkey" PRIMARY KEY ("stage_key","control","question_id")
);

-- CreateTable
CREATE TABLE "counters" (
    "name" TEXT NOT NULL,
    "value" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "counters_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "experiments_project_name_created_at_idx" ON "experiments"("project_name", "created_at");

-- CreateIndex
CREATE INDEX "experiments_state_idx" ON "experiments"("state");

-- CreateIndex
CREATE INDEX "runs_experiment_id_position_idx" ON "runs"("experiment_id", "position");

-- CreateIndex
CREATE INDEX "stages_state_priority_created_at_idx" ON "stages"("state", "priority" DESC, "created_at");

-- CreateIndex
CREATE INDEX "stages_name_idx" ON "stages"("name");

-- CreateIndex
CREATE INDEX "run_stages_stage_key_idx" ON "run_stages"("stage_key");

-- CreateIndex
CREATE INDEX "attempts_state_idx" ON "attempts"("state");

-- CreateIndex
CREATE UNIQUE INDEX "attempts_stage_key_number_key" ON "attempts"("stage_key", "number");

-- CreateIndex
CREATE INDEX "checkpoints_stage_key_step_idx" ON "checkpoints"("stage_key", "step" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "metric_series_stage_key_name_key" ON "metric_series"("stage_key", "name");

-- AddForeignKey
ALTER TABLE "experiments" ADD CONSTRAINT "experiments_project_name_fkey" FOREIGN KEY ("project_name") REFERENCES "projects"("name") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cells" ADD CONSTRAINT "cells_experiment_id_fkey" FOREIGN KEY ("experiment_id") REFERENCES "experiments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runs" ADD CONSTRAINT "runs_experiment_id_fkey" FOREIGN KEY ("experiment_id") REFERENCES "experiments"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runs" ADD CONSTRAINT "runs_experiment_id_cell_id_fkey" FOREIGN KEY ("experiment_id", "cell_id") REFERENCES "cells"("experiment_id", "cell_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run_stages" ADD CONSTRAINT "run_stages_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run_stages" ADD CONSTRAINT "run_stages_stage_key_fkey" FOREIGN KEY ("stage_key") REFERENCES "stages"("key") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_stage_key_fkey" FOREIGN KEY ("stage_key") REFERENCES "stages"("key") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_worker_id_fkey" FOREIGN KEY ("worker_id") REFERENCES "workers"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "attempts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_stage_key_fkey" FOREIGN KEY ("stage_key") REFERENCES "stages"("key") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "metric_series" ADD CONSTRAINT "metric_series_stage_key_fkey" FOREIGN KEY ("stage_key") REFERENCES "stages"("key") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "metric_points" ADD CONSTRAINT "metric_points_series_id_fkey" FOREIGN KEY ("series_id") REFERENCES "metric_series"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "telemetry" ADD CONSTRAINT "telemetry_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "attempts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "log_lines" ADD CONSTRAINT "log_lines_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "attempts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_stage_key_fkey" FOREIGN KEY ("stage_key") REFERENCES "stages"("key") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "predictions" ADD CONSTRAINT "predictions_stage_key_fkey" FOREIGN KEY ("stage_key") REFERENCES "stages"("key") ON DELETE RESTRICT ON UPDATE CASCADE;
