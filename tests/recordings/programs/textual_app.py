"""A small Textual app: tabs, a table, a log, a dialog over them, and what mouse and scrolling do."""

# mypy: ignore-errors

from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widgets import Button, DataTable, Footer, Header, Input, RichLog, TabbedContent, TabPane


class Demo(App[None]):
    TITLE = "Demo"
    CSS = "DataTable { width: 1fr; } RichLog { width: 1fr; border: round $accent; }"
    BINDINGS = (("q", "quit", "Quit"), ("d", "toggle_dark", "Dark"))

    def compose(self) -> ComposeResult:
        yield Header()
        with TabbedContent():
            with TabPane("Table"), Horizontal():
                yield DataTable(zebra_stripes=True)
                yield RichLog(markup=True)
            with TabPane("Form"):
                yield Input("日本語 text")
                yield Button("Press me", variant="success")
        yield Footer()

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("name", "size", "kind")
        for number in range(40):
            table.add_row(f"file-{number:02}", str(number * 37 % 101), "✓" if number % 3 else "—")
        log = self.query_one(RichLog)
        for number in range(30):
            log.write(f"[bold green]{number:02}[/] [i]line[/] [reverse]of[/] the log")

    def action_toggle_dark(self) -> None:
        self.theme = "textual-light" if self.theme == "textual-dark" else "textual-dark"


if __name__ == "__main__":
    Demo().run()
