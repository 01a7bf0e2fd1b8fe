"""JupyterLab: a large Lumino/CodeMirror 6 application with WebSockets, virtual lists and a real login page."""

from tests.fidelity.places import HOME, HOST, STATE, Proc, fresh_dir, main_python, sh

NAME, PORT, READY = "jupyterlab", 8102, "/login"
FAMILY, LICENCE = "desktop-like app, CodeMirror, WebSocket", "BSD-3-Clause"
NEEDS = ["pip: jupyterlab"]
DIR = STATE / "jupyterlab"


def setup():
    fresh_dir(DIR)
    (DIR / "work").mkdir()
    (DIR / "work/clients.csv").write_text("id,name,iban\n" + "".join(f"{i},Client {i},DE{i:020d}\n" for i in range(300)))
    (DIR / "work/notes.md").write_text("# Notes\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")


def start():
    pw = sh([main_python(), "-c", "from jupyter_server.auth import passwd;print(passwd('corpora-pw','sha1'))"]).strip()
    env = {k: str(DIR / k.lower()) for k in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
    env["PATH"] = f"{HOME}/venv/bin:/usr/bin:/bin"
    return [
        Proc(
            NAME,
            [
                main_python(),
                "-m",
                "jupyterlab",
                "--no-browser",
                "--allow-root",
                f"--ip={HOST}",
                f"--port={PORT}",
                "--ServerApp.port_retries=0",
                "--IdentityProvider.token=",
                f"--PasswordIdentityProvider.hashed_password={pw}",
                f"--ServerApp.root_dir={DIR}/work",
                "--LabApp.news_url=",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            ],
            env=env,
            cwd=DIR,
        )
    ]


MASK = ["input[type=password]", ".jp-Stdin-input"]
# An answer to input() is printed again where the question was.
HIDE = [".jp-RenderedText[data-mime-type='application/vnd.jupyter.stdout']"]


def journey(j):
    j.goto("/login?next=%2Flab")
    j.checkpoint("login page")
    j.type("#password_input", "corpora-pw", secret=True, mask="input[type=password]")
    j.click("#login_submit")
    j.see(".jp-Launcher, .jp-DirListing", timeout=180000)
    j.pause(1500)
    j.checkpoint("launcher")
    j.dblclick(".jp-DirListing-item:has-text('clients.csv')")
    j.see(".jp-CSVViewer")
    j.pause(800)
    j.checkpoint("csv grid (canvas)")
    j.wheel(900, at=(800, 500))
    j.checkpoint("csv grid scrolled")
    j.dblclick(".jp-DirListing-item:has-text('notes.md')")
    j.see(".jp-FileEditor .cm-content")
    j.click(".jp-FileEditor .cm-content")
    j.press("Control+End")
    j.keys("\n## Added\n\n- three *four* `five`\n")
    j.checkpoint("text editor")
    j.click(".lm-MenuBar-item:has-text('File')")
    j.see(".lm-Menu")
    j.hover(".lm-Menu-item:has-text('New')")
    j.pause(400)
    j.checkpoint("menu open")
    j.press("Escape", "Escape")
    j.click(".jp-SideBar [data-id='filebrowser'], [title^='File Browser']")
    j.pause(300)
    j.click(".jp-SideBar [data-id='filebrowser'], [title^='File Browser']")
    j.press("Control+Shift+L")
    j.see(".jp-Launcher:visible")
    j.click(".jp-LauncherCard[data-category='Notebook']:visible")
    j.see(".jp-Notebook .cm-content:visible", timeout=180000)
    j.pause(3000)
    if j.has(".jp-Dialog button:has-text('Select')"):
        j.click(".jp-Dialog button:has-text('Select')")
    j.click(".jp-Notebook .cm-content:visible")
    j.keys(
        "from IPython.display import HTML\nHTML('<table>'+''.join(f'<tr><td>{i}</td><td style=\"color:red\">{i*i}</td></tr>' for i in range(12))+'</table>')"
    )
    j.press("Shift+Enter")
    j.see(".jp-OutputArea-output table", timeout=180000)
    j.checkpoint("notebook html output")
    j.keys("for i in range(30): print('row', i, 'x'*i)")
    j.press("Shift+Enter")
    j.see(".jp-OutputArea-output:has-text('row 29')", timeout=120000)
    j.checkpoint("notebook stream output")
    j.keys("name = input('Your PIN? ')")
    j.press("Control+Enter")
    j.see("input.jp-Stdin-input", timeout=120000)
    j.type("input.jp-Stdin-input", "CANARY-PIN-4711", secret=True, mask="input.jp-Stdin-input")
    j.checkpoint("stdin prompt")
    j.press("Enter")
    j.press("Escape", "A")
    j.press("M")
    j.press("Enter")
    j.keys("# Heading $x^2$\n\n> quote")
    j.press("Shift+Enter")
    j.pause(800)
    j.checkpoint("markdown cell rendered")
    j.click(".lm-MenuBar-item:has-text('Settings')")
    j.click(".lm-Menu-item:has-text('Settings Editor')", nth=0)
    j.see(".jp-SettingsPanel, .jp-PluginList", timeout=120000)
    j.pause(1200)
    j.checkpoint("settings form")
    j.wheel(1500, at=(900, 500))
    j.click(".lm-MenuBar-item:has-text('Settings')")
    j.hover(".lm-Menu-item:has-text('Theme')")
    j.click(".lm-Menu-item:has-text('JupyterLab Dark')")
    j.pause(1500)
    j.checkpoint("dark theme")
