/*
 * A database that fails: triggers of the writer's connection, which no other one sees, let its n-th change of
 * a row fail and all that follow.
 */
#ifndef IOTJOBS_TESTS_FAULTS_H
#define IOTJOBS_TESTS_FAULTS_H

#include "support/world.h"

/* 1: the next change fails; 0: none does. A restart heals the database. */
void fail_from_change(struct world *w, int n);

#endif
