#include "support/artifact_room.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings.h"

struct artifact_folder *artifact_room_try_open(struct artifact_room *room, bool in_memory, int64_t reserve)
{
    struct artifact_folder_options options = {
        .data = room->data,
        .in_memory = in_memory,
        .durability = DURABILITY_FULL,
        .reserve = reserve,
        .store = room->store,
    };
    strbuf_clear(&room->problem);
    return artifact_folder_open(&options, store_writer(room->store), &room->problem);
}

static void open_folder(struct artifact_room *room)
{
    room->folder = artifact_room_try_open(room, false, 0);
    if (!room->folder)
        fail_msg("%s", room->problem.p);
}

int artifact_room_set_up(void **state)
{
    struct artifact_room *room = calloc(1, sizeof *room);
    assert_non_null(room);
    struct store_options options = { .folder = room->data, .durability = DURABILITY_MEMORY };
    strbuf_init(&room->problem, 8192);
    temp_folder_make(room->data);
    temp_path(room->data, "artifacts", room->path);
    room->store = store_open(&options, &room->problem);
    assert_non_null(room->store);
    open_folder(room);
    *state = room;
    return 0;
}

int artifact_room_tear_down(void **state)
{
    struct artifact_room *room = *state;
    artifact_folder_close(room->folder);
    store_close(room->store);
    temp_folder_remove(room->path);
    temp_folder_remove(room->data);
    strbuf_release(&room->problem);
    free(room);
    return 0;
}

size_t files_in(const char *folder)
{
    size_t n = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return n;
}

size_t artifact_room_files(struct artifact_room *room)
{
    artifact_folder_settle(room->folder);
    return files_in(room->path);
}

void artifact_room_write(struct artifact_folder *folder, const char *text, char ret_file[ARTIFACT_FILE_MAX])
{
    struct artifact_writer *writer = artifact_writer_new(folder);
    assert_non_null(writer);
    assert_true(artifact_writer_add(writer, text, strlen(text)));
    assert_true(artifact_writer_finish(writer));
    snprintf(ret_file, ARTIFACT_FILE_MAX, "%.*s", STR(artifact_writer_file(writer)));
    artifact_writer_keep(writer);
    artifact_writer_free(writer);
}

struct artifact_reader *artifact_room_read(struct artifact_folder *folder, const char *file, int64_t start,
                                           int64_t size)
{
    struct artifact_piece piece = { str_from(file), start, size };
    return artifact_reader_open(folder, (struct artifact_pieces){ 1, &piece });
}
