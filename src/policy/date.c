/*
 * policy/date.c: dates as pages write them.
 *
 * Only what is written counts: a year is four digits that stand alone, 1900 to 2099, and the text may have no other one. A
 * full date comes from ISO 8601 or from an English month's name with a day; 10/11/2025 has a year and no date.
 */
#include "policy/facts.h"

#include "base/ascii.h"

typedef struct {
    uint32_t year, month, day; /* 0: not known */
} date_t;

static uint32_t number(const uint8_t *at, size_t len)
{
    uint32_t value = 0;
    for (size_t i = 0; i < len; i++) {
        value = value * 10 + (uint32_t) (at[i] - '0');
    }
    return value;
}

static size_t digits_at(af_slice_t text, size_t at)
{
    size_t len = 0;
    while (at + len < text.len && af_is_digit(text.data[at + len])) {
        len++;
    }
    return len;
}

static bool is_year(uint32_t value)
{
    return value >= 1900 && value <= 2099;
}

static uint32_t days_of(uint32_t year, uint32_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 0 || month > 12 ? 0 : days[month - 1] + (uint32_t) (month == 2 && leap);
}

static bool is_date(const date_t *date)
{
    return is_year(date->year) && date->day >= 1 && date->day <= days_of(date->year, date->month);
}

/* 2025-10-25, 2025-10, 20251025, 2025/10/25 at the beginning, with or without a time behind. */
static bool read_iso(af_slice_t text, date_t *out)
{
    size_t len = digits_at(text, 0);
    if (len == 8 || (len == 14)) {
        *out = (date_t){number(text.data, 4), number(text.data + 4, 2), number(text.data + 6, 2)};
        return is_date(out);
    }
    if (len != 4 || text.len < 7 || (text.data[4] != '-' && text.data[4] != '/') || digits_at(text, 5) != 2) {
        return false;
    }
    *out = (date_t){number(text.data, 4), number(text.data + 5, 2), 0};
    if (text.len >= 10 && text.data[7] == text.data[4] && digits_at(text, 8) == 2) {
        out->day = number(text.data + 8, 2);
        return is_date(out);
    }
    return is_year(out->year) && out->month >= 1 && out->month <= 12;
}

/* The month that a word names: its whole English name, or at least three letters of it. */
static uint32_t month_of(const uint8_t *at, size_t len)
{
    static const char *const names[] = {"january", "february", "march", "april", "may", "june", "july", "august", "september",
                                        "october", "november", "december"};
    for (uint32_t i = 0; i < 12; i++) {
        size_t same = 0;
        while (same < len && names[i][same] != '\0' && (at[same] | 0x20) == names[i][same]) {
            same++;
        }
        if (same == len && len >= 3) {
            return i + 1;
        }
    }
    return 0;
}

/* Any text: the one year in it, a month's name, the one number that is a day. False: no year, or more than one. */
static bool read_words(af_slice_t text, date_t *out)
{
    uint32_t days = 0;
    *out = (date_t){0, 0, 0};
    for (size_t i = 0; i < text.len;) {
        size_t len = digits_at(text, i);
        if (len > 0) {
            uint32_t value = len <= 4 ? number(text.data + i, len) : 0;
            if (len == 4 && is_year(value)) {
                if (out->year != 0 && out->year != value) {
                    return false;
                }
                out->year = value;
            } else if (len <= 2 && days == 0) {
                out->day = value;
                days = 1;
            } else if (len <= 2 && out->year == 0) {
                days = 2; /* two numbers before the year: which is the day is in doubt */
            }
            i += len;
            continue;
        }
        while (i + len < text.len && af_is_letter(text.data[i + len])) {
            len++;
        }
        uint32_t month = len == 0 ? 0 : month_of(text.data + i, len);
        out->month = month != 0 && out->month == 0 ? month : out->month;
        i += len == 0 ? 1 : len;
    }
    if (days != 1 || !is_date(out)) {
        out->month = out->day = 0;
    }
    return out->year != 0;
}

static void write_number(char *out, uint32_t value, size_t len)
{
    while (len > 0) {
        out[--len] = (char) ('0' + value % 10);
        value /= 10;
    }
}

static void write_date(const date_t *from, char year[5], char date[11])
{
    write_number(year, from->year, 4);
    year[4] = '\0';
    date[0] = '\0';
    if (is_date(from)) {
        write_number(date, from->year, 4);
        date[4] = date[7] = '-';
        write_number(date + 5, from->month, 2);
        write_number(date + 8, from->day, 2);
        date[10] = '\0';
    }
}

bool af_date_read(af_slice_t text, char year[5], char date[11])
{
    date_t found;
    while (text.len > 0 && (text.data[0] == ' ' || (text.data[0] >= '\t' && text.data[0] <= '\r'))) {
        text.data++;
        text.len--;
    }
    if (!read_iso(text, &found) && !read_words(text, &found)) {
        return false;
    }
    write_date(&found, year, date);
    return true;
}

void af_date_short(const char date[11], char out[16])
{
    static const char *const months[] = {"Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.",
                                         "Dec."};
    out[0] = '\0';
    uint32_t month = date[0] == '\0' ? 0 : number((const uint8_t *) date + 5, 2);
    if (month < 1 || month > 12) {
        return;
    }
    size_t len = strlen(months[month - 1]);
    memcpy(out, months[month - 1], len);
    out[len++] = ' ';
    if (date[8] != '0') {
        out[len++] = date[8];
    }
    out[len++] = date[9];
    out[len++] = ',';
    out[len++] = ' ';
    memcpy(out + len, date, 4);
    out[len + 4] = '\0';
}

bool af_date_of(int64_t seconds, char year[5], char date[11])
{
    const int64_t day_len = 86400, first = -25567, last = 47482; /* 1900-01-01, 2100-01-01 */
    int64_t day = seconds / day_len - (seconds % day_len < 0);
    if (day < first || day >= last) {
        return false;
    }
    date_t found = {1900, 1, 1};
    uint32_t left = (uint32_t) (day - first);
    while (left >= 337 + days_of(found.year, 2)) {
        left -= 337 + days_of(found.year, 2);
        found.year++;
    }
    while (left >= days_of(found.year, found.month)) {
        left -= days_of(found.year, found.month);
        found.month++;
    }
    found.day = left + 1;
    write_date(&found, year, date);
    return true;
}
