"""Every command by its name: type a few letters, press Enter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QWidget

from app.panels.controls import rows
from app.settings.language import tr

WIDTH, MOST_ROWS = 460, 12
ACTION = Qt.ItemDataRole.UserRole


class CommandPalette(QDialog):
    """Commands whose name or tip holds all typed words, the best first."""

    def __init__(self, parent: QWidget, actions: Sequence[QAction]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setWindowTitle(tr("Commands"))
        self._actions = tuple(actions)
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("What would you like to do?"))
        self.field.setAccessibleName(tr("Command"))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Commands that fit"))
        self.list.setUniformItemSizes(True)
        layout = rows(self, margin=8, spacing=6)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        self.setFixedWidth(WIDTH)
        self.field.textChanged.connect(self._show)
        self.field.returnPressed.connect(self._run)
        self.list.itemActivated.connect(lambda _item: self._run())
        self.list.itemClicked.connect(lambda _item: self._run())
        self.field.installEventFilter(self)
        self._show("")
        self.field.setFocus()

    def matching(self, text: str) -> list[QAction]:
        """Enabled commands that hold all words, those whose name begins so first."""
        words = text.lower().split()
        found = []
        for action in self._actions:
            name = _name(action)
            place = f"{name} {action.statusTip()}".lower()
            if action.isEnabled() and all(word in place for word in words):
                begins = bool(words) and name.lower().startswith(words[0])
                inside = all(word in name.lower() for word in words)
                found.append((not begins, not inside, name, action))
        return [action for *_, action in sorted(found, key=lambda row: row[:3])]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list while the letters go into the field."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
            step = steps.get(Qt.Key(event.key()))
            if step is not None and self.list.count():
                self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
                return True
        return super().eventFilter(watched, event)

    def _show(self, text: str) -> None:
        self.list.clear()
        for action in self.matching(text):
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            item = QListWidgetItem(f"{_name(action)}   {keys}" if keys else _name(action))
            item.setToolTip(action.statusTip())
            item.setData(ACTION, action)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        height = max(1, self.list.sizeHintForRow(0)) * min(MOST_ROWS, max(1, self.list.count()))
        self.list.setFixedHeight(height + 8)
        self.adjustSize()

    def _run(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            action: QAction = item.data(ACTION)
            self.accept()
            action.trigger()


def _name(action: QAction) -> str:
    return action.text().replace("&", "").rstrip("…")
