"""phpMyAdmin on a private MariaDB with a small customer database: server-rendered tables, jQuery UI dialogs, CodeMirror."""

from tests.fidelity import mariadb
from tests.fidelity.places import HOST, STATE, Proc, fresh_dir

NAME, PORT, READY = "phpmyadmin", 8104, "/"
FAMILY, LICENCE = "PHP, jQuery + jQuery UI, AJAX page swaps, strict CSP", "GPL-2.0-or-later"
NEEDS = ["apt: phpmyadmin php8.2-cli php8.2-mysql php8.2-mbstring php8.2-xml mariadb-server"]
CONF = "/etc/phpmyadmin/conf.d/corpora.php"  # Debian fixes the path of the configuration


def setup():
    mariadb.setup()
    fresh_dir(STATE / "pma")
    with open(CONF, "w") as f:
        f.write(
            "<?php\n$cfg['Servers'] = []; $i = 1;\n"
            f"$cfg['Servers'][1] = ['auth_type'=>'cookie','host'=>'{HOST}','port'=>'{mariadb.PORT}','compress'=>false,"
            "'AllowNoPassword'=>false,'verbose'=>'Acme customer DB'];\n"
            "$cfg['blowfish_secret']='corpora-corpora-corpora-corpora-';"
            f"$cfg['TempDir']='{STATE}/pma';$cfg['VersionCheck']=false;$cfg['SendErrorReports']='never';\n"
        )


def start():
    procs = mariadb.start()
    mariadb.sql(
        "CREATE DATABASE IF NOT EXISTS crm; USE crm; DROP TABLE IF EXISTS customer, note;"
        "CREATE TABLE customer(id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(80), email VARCHAR(80), iban CHAR(22), balance DECIMAL(12,2), born DATE, active BOOL DEFAULT 1);"
        "CREATE TABLE note(id INT AUTO_INCREMENT PRIMARY KEY, customer_id INT, body TEXT);"
        "INSERT INTO customer(name,email,iban,balance,born) SELECT CONCAT('Customer ',seq),CONCAT('c',seq,'@example.com'),CONCAT('DE',LPAD(seq,20,'0')),seq*13.37,DATE_ADD('1960-01-01',INTERVAL seq*37 DAY) FROM seq_1_to_250;"
    )
    return [*procs, Proc(NAME, ["php8.2", "-S", f"{HOST}:{PORT}", "-t", "/usr/share/phpmyadmin"], env={"PHP_CLI_SERVER_WORKERS": "4"})]


MASK = ["input[type=password]", "td[data-type=string].iban", "#input_username"]


def journey(j):
    j.goto("/index.php")
    j.checkpoint("login")
    j.type("#input_username", mariadb.USER)
    j.type("#input_password", mariadb.PASSWORD, secret=True, mask="input[type=password]")
    j.click("#input_go, input[type=submit]")
    j.see("#pma_navigation_tree")
    j.pause(1200)
    j.checkpoint("home")
    j.goto("/index.php?route=/sql&db=crm&table=customer&pos=0")
    j.see("table.table_results")
    j.pause(600)
    j.checkpoint("table browsed")
    j.wheel(700)
    j.dblclick("td.grid_edit:has-text('Customer 7')")
    j.see(".cEdit textarea:visible, textarea.edit_box:visible")
    j.press("Control+A")
    j.keys("CANARY-NAME-7007")
    j.checkpoint("cell being edited")
    j.press("Enter")
    j.pause(1200)
    j.click("th.column_heading a:has-text('balance')")
    j.pause(1500)
    j.checkpoint("sorted (page swapped by AJAX)")
    j.click("#topmenu a:has-text('Insert')")
    j.see("#insertForm, form[name=insertForm]")
    j.type("#insertForm textarea:visible, #insertForm input.textfield:visible", "New customer", nth=1)
    j.pause(300)
    j.checkpoint("insert form")
    j.click("#topmenu a:has-text('Structure')")
    j.see("#tablestructure")
    j.checkpoint("structure")
    j.click("#topmenu a:has-text('SQL')")
    j.see(".CodeMirror:visible")
    j.click(".CodeMirror:visible")
    j.press("Control+A")
    j.keys("SELECT name, iban FROM customer WHERE balance > 3000 -- note")
    j.pause(500)
    j.checkpoint("SQL editor")
    j.click("#button_submit_query:visible")
    j.see("table.table_results")
    j.pause(800)
    j.checkpoint("query result")
    j.click("#topmenu a:has-text('Search')")
    j.see("#tbl_search_form")
    j.fill("#fieldID_1, input[id^=fieldID_]", "Customer 1", nth=0)
    j.checkpoint("search form")
    j.click("#topmenu a:has-text('Operations')")
    j.pause(1000)
    j.checkpoint("operations")
    j.click("#pma_console .toolbar, .pma_console .toolbar")
    j.pause(700)
    j.checkpoint("console open")
    j.goto("/index.php?route=/preferences/forms&form=Features")
    j.pause(800)
    j.wheel(400)
    j.checkpoint("settings")
    j.goto("/index.php?route=/server/status")
    j.pause(500)
    j.checkpoint("server status")
