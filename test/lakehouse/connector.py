"""Uses the test lakehouse through Databricks' own Python connector and prints what it saw as JSON.

The address comes as JSON on standard input.
"""

import json
import sys

from databricks import sql

address = json.load(sys.stdin)


def connect(token):
    return sql.connect(
        server_hostname=address["host"],
        _port=address["port"],
        http_path=address["path"],
        access_token=token,
        _tls_trusted_ca_file=address["certificateFile"],
        enable_telemetry=False,
        use_cloud_fetch=False,
        _retry_stop_after_attempts_count=1,
    )


seen = {}
with connect(address["tokens"]["owner"]) as connection, connection.cursor() as cursor:
    cursor.execute(
        "SELECT 9223372036854775807 AS big, CAST(1.5 AS DECIMAL(38,18)) AS money, DATE '1960-01-02' AS day, "
        "TIMESTAMP '2024-01-02 03:04:05.678901' AS at, array(1, 2) AS list, CAST(NULL AS STRING) AS none"
    )
    row = cursor.fetchone()
    seen["row"] = [str(value) for value in row[:4]] + [[int(value) for value in row[4]], row[5]]
    seen["types"] = [column[1] for column in cursor.description]
    cursor.execute("SELECT :name AS name, :count + 1 AS more", {"name": "it's", "count": 41})
    seen["parameters"] = list(cursor.fetchone())
    cursor.execute("SELECT id, CAST(id AS STRING) AS text FROM range(250000) ORDER BY id")
    rows = cursor.fetchall()
    seen["fetched"] = [len(rows), rows[0].text, rows[-1].text, sum(each.id for each in rows)]
    cursor.execute("SELECT id FROM range(50000)")
    seen["arrow"] = cursor.fetchall_arrow().num_rows
    seen["catalogs"] = [each[0] for each in cursor.catalogs().fetchall()]
    seen["schemas"] = [each[0] for each in cursor.schemas(catalog_name="spark_catalog").fetchall()]
    seen["tables"] = sorted(each[2] for each in cursor.tables(schema_name="retail").fetchall())
    seen["columns"] = [each[3] for each in cursor.columns(schema_name="retail", table_name="coupons").fetchall()]
    try:
        cursor.execute("SELECT * FROM spark_catalog.retail.nothing")
    except sql.Error as error:
        seen["missing"] = str(error).splitlines()[0]

try:
    connect("dapi-not-a-token")
except sql.Error as error:
    seen["refused"] = [type(error).__name__, str(error), error.context.get("http-code")]

json.dump(seen, sys.stdout)
