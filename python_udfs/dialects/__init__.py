"""Dialects: how the exports of another system are read as the project's own.

A dialect is one YAML file in `dialects/`. A folder of its name under the exports root, such as
`square/` or `square.north/`, is read by it: `core` says which columns there are, `document` reads
and checks the file, `sql` makes queries of it, `files` reads tables of every form, `source` brings
both together and yields rows in the columns of Capitan's exports. So all that follows landing is
the same for every system.
"""
