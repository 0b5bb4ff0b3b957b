-- Questions that people ask finished runs about pictures of their own; workers answer them under leases.
CREATE TABLE "playground_questions" (
    "id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "pool" TEXT NOT NULL,
    "question" TEXT NOT NULL,
    "image_sha256" TEXT NOT NULL,
    "image_type" TEXT NOT NULL,
    "image_bytes" INTEGER NOT NULL,
    "max_new_tokens" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "answer" TEXT,
    "error" JSONB,
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "token" TEXT,
    "worker_id" TEXT,
    "device" TEXT,
    "lease_expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "playground_questions_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "playground_questions_state_idx" ON "playground_questions"("state");
CREATE INDEX "playground_questions_run_id_created_at_idx" ON "playground_questions"("run_id", "created_at");
ALTER TABLE "playground_questions" ADD CONSTRAINT "playground_questions_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;
