/* The tables of base/crc.c, which the build writes (generate_crc). Nobody else needs them. */
#ifndef IOTJOBS_BASE_CRC_TABLES_H
#define IOTJOBS_BASE_CRC_TABLES_H

#include <stdint.h>

/* By enum crc_kind. */
extern const uint64_t crc_polynomials[3];
extern const uint64_t crc_tables[3][8][256];

#endif
