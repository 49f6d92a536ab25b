/* A folder for one test. */
#ifndef IOTJOBS_TESTS_TEMP_FOLDER_H
#define IOTJOBS_TESTS_TEMP_FOLDER_H

enum { TEMP_PATH_MAX = 256 };

/* Makes an empty folder; fails the test when that does not work. */
void temp_folder_make(char ret_folder[TEMP_PATH_MAX]);
/* With all that is in it. */
void temp_folder_remove(const char *folder);

/* folder/name */
void temp_path(const char *folder, const char *name, char ret_path[TEMP_PATH_MAX]);

/* A new file that only its owner may read. */
void temp_write_private(const char *path, const char *text);

#endif
