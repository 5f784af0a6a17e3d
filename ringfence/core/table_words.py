"""What is said about a table that was read, or could not be."""

from __future__ import annotations

from ringfence.core.words import N_

REFUSALS: dict[str, tuple[str, str, str]] = {
    "table_missing": (
        N_("There is no file {name} that can be opened."),
        N_("Nothing was read and nothing was changed."),
        N_("Check the name and the folder, and that you may read the file."),
    ),
    "table_empty": (
        N_("The file has no rows."),
        N_("It is empty, or holds only blank rows."),
        N_("Check that the right file and the right sheet were chosen, and save it again."),
    ),
    "table_no_header": (
        N_("The file has no header: its first row holds only numbers and dates."),
        N_("Row {row} reads: {text}"),
        N_("Put a row with the names of the columns on top, and choose the file again."),
    ),
    "table_quote_in_header": (
        N_("A quotation mark in the header is never closed."),
        N_("The header begins: {text}"),
        N_("Mend the first row and choose the file again."),
    ),
    "table_no_columns": (
        N_("The file has no columns."),
        N_("It was opened, but it describes no table."),
        N_("Export it again from the program it came from."),
    ),
    "table_too_many_columns": (
        N_("The table has {columns} columns; at most {at_most} can be read."),
        N_("Nothing was read."),
        N_("Remove the columns that are not needed, or turn the table so that each case is a row."),
    ),
    "table_unknown_format": (
        N_("{name} is not a table: it is a {format} file."),
        N_("Tables are CSV, Excel, OpenDocument, Parquet and JSON files, also packed as .gz or .zip."),
        N_("Save the table in one of these forms, and choose it again."),
    ),
    "table_not_text": (
        N_("The file is neither text nor any kind of table that is known here."),
        N_("Its bytes are those of a program, a picture or a damaged file."),
        N_("Open it in the program it came from and save it as CSV or Excel."),
    ),
    "table_is_a_web_page": (
        N_("{name} is a web page or an XML file, whatever its name says."),
        N_("Some sites hand out web pages under the name of an Excel file."),
        N_("Open it in a spreadsheet program, save it as XLSX or CSV, and choose that."),
    ),
    "table_broken": (
        N_("{name} is damaged: it cannot be opened as a {format} file."),
        N_("Nothing was read and nothing was changed."),
        N_("Copy or download the file again; if that fails, ask its sender for a new copy."),
    ),
    "table_password": (
        N_("{name} is protected by a password."),
        N_("A protected file cannot be read here, and its password should not be sent along."),
        N_("Open it, save a copy without the password in a safe place, and choose that copy."),
    ),
    "table_zip_not_one": (
        N_("{name} holds {count} files; it should hold one table."),
        N_("It holds: {files}"),
        N_("Unpack it and choose the files one after another."),
    ),
    "table_unpacks_too_large": (
        N_("{name} unpacks to more than {at_most} GiB."),
        N_("Reading stopped at that size, and nothing was kept."),
        N_("Split the table into smaller files."),
    ),
    "table_no_such_sheet": (
        N_("The workbook has no sheet called {sheet}."),
        N_("Its sheets are: {sheets}"),
        N_("Choose one of these."),
    ),
    "table_json_broken": (
        N_("The file begins like JSON but is not whole: line {line}, column {column} cannot be read."),
        N_("Nothing was read."),
        N_("Export the file again; it was probably cut off."),
    ),
    "table_json_no_rows": (
        N_("The JSON file holds no list of objects."),
        N_('A table is a list such as [{{"case": 1}}, …], an object that holds one, or one object a line.'),
        N_("Export the rows as a list of objects."),
    ),
    "table_cell_too_long_for_workbook": (
        N_("Row {row} has a text in the column {column} that is longer than an Excel cell may be."),
        N_("An Excel cell holds 32,767 characters."),
        N_("Export to CSV, Parquet or JSON instead."),
    ),
}

LABELS: dict[str, str] = {
    "table.encoding": N_("Text read as {name}."),
    "table.encoding_mixed": N_("Text read as UTF-8; {lines} lines that are not UTF-8 (first: line {first}) as {name}."),
    "table.delimiter": N_("Columns separated by: {name}."),
    "table.sheet_read": N_("Sheet read: {sheet}. Other sheets: {others}."),
    "table.title_row_passed_over": N_("Row {row} was taken for a title: {text}"),
    "table.header_rows_joined": N_("The header stands in rows {first} to {last}; their names were joined."),
    "table.row_names_column": N_("The first column has no name in the header; it is called {column} here."),
    "table.columns_repeated": N_("Columns with the same name were numbered: {columns}"),
    "table.columns_without_name": N_("Columns without a name: {columns}"),
    "table.formulas_read_as_values": N_("{count} formula cells were read as the value they last showed."),
    "table.formulas_without_value": N_(
        "{count} formula cells were saved without a value and read as empty. "
        "Open the file in a spreadsheet program and save it."
    ),
    "table.merged_cells_in_data": N_("{count} merged cells below the header: only their first cell has the value."),
    "table.blank_rows_left_out": N_("{count} blank rows between the data were left out."),
    "table.empty_rows_at_end_left_out": N_("{count} empty rows at the end were left out."),
    "table.empty_cells_beyond_header": N_("{count} rows had empty cells beyond the last column."),
    "table.apostrophe_guard_taken_off": N_("{count} cells began with a protective apostrophe; it was taken off."),
    "table.rows_kept_aside": N_("{count} rows could not be taken apart and were kept aside."),
    "table.unpacked": N_("Unpacked: {name}."),
    "table.row_has_too_many_cells": N_("The row has more cells than the header has columns."),
    "table.row_has_too_few_cells": N_("The row has fewer cells than the header has columns."),
    "table.quote_never_closed": N_("A quotation mark opens in this row and is never closed."),
    "table.cell_too_long": N_("A cell of this row is longer than 131,072 characters."),
    "table.line_is_not_json": N_("The line is not JSON."),
    "table.row_is_not_an_object": N_("The entry is not an object with named values."),
}
"""`table.` + the code of a Note or of a BadRow -> what is told, with its values."""
