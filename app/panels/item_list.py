"""The list of what is open: thumbnails, search, order, keyboard."""

from __future__ import annotations

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSignalBlocker,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QColor, QImage, QPainter, QPainterPath, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.panels.controls import columns, fill_combo, label, rows, tool_button
from app.settings.icons import pixmap
from app.settings.language import tr
from app.settings.schema import ORDERS
from app.settings.theme import DARK, Theme
from app.state.session import Role, SessionModel
from app.state.values import Item

SPACING = 8
Index = QModelIndex | QPersistentModelIndex


class ItemFilter(QSortFilterProxyModel):
    """Rows whose name or folder holds the search text, in the chosen order."""

    def __init__(self, model: SessionModel) -> None:
        super().__init__()
        self.setSourceModel(model)
        self._text = ""
        self._order = "added"
        self.sort(0)

    def search(self, text: str) -> None:
        """Only items that match."""
        self._text = text.strip().lower()
        self.invalidateFilter()

    def order_by(self, order: str) -> None:
        """One of ``ORDERS``."""
        self._order = order
        self.invalidate()
        self.sort(0)

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        item: Item = self.sourceModel().index(row, 0, parent).data(Role.ITEM)
        return self._text in f"{item.path.parent.name}/{item.title}".lower()

    def lessThan(self, left: Index, right: Index) -> bool:
        a: Item = left.data(Role.ITEM)
        b: Item = right.data(Role.ITEM)
        if self._order == "name":
            return (a.path.name.lower(), a.frame_index or 0, a.id) < (
                b.path.name.lower(),
                b.frame_index or 0,
                b.id,
            )
        if self._order == "folder":
            return (str(a.path.parent).lower(), a.path.name.lower(), a.frame_index or 0) < (
                str(b.path.parent).lower(),
                b.path.name.lower(),
                b.frame_index or 0,
            )
        if self._order in ("error", "disagreement"):
            mine, theirs = (self._badness(index) for index in (left, right))
            return (-mine, a.id) < (-theirs, b.id)
        return a.id < b.id

    def _badness(self, index: Index) -> float:
        """What the worst come first by; unknown ones come last."""
        value = getattr(index.data(Role.SUMMARY), self._order)
        return float("-inf") if value is None else value


class ItemDelegate(QStyledItemDelegate):
    """A rounded thumbnail, the name, and where it comes from."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = DARK

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, self.theme.metrics.thumbnail + 10)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, size = self.theme, self.theme.metrics.thumbnail
        # The stubs of these two attributes say nothing useful.
        state: QStyle.StateFlag = option.state  # type: ignore[assignment]
        area: QRect = option.rect  # type: ignore[assignment]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        back = area.adjusted(2, 1, -2, -1)
        if selected or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.selection if selected else theme.hover))
            painter.drawRoundedRect(back, 6, 6)
        if selected:
            painter.setBrush(QColor(theme.accent))
            painter.drawRoundedRect(
                QRect(back.left(), back.top() + 12, 3, back.height() - 24), 1.5, 1.5
            )
        square = QRect(back.left() + 8, back.center().y() - size // 2 + 1, size, size)
        self._paint_thumbnail(painter, square, index.data(Role.THUMBNAIL))
        self._paint_text(painter, back.adjusted(size + 17, 0, -8, 0), index)
        painter.restore()

    def _paint_thumbnail(self, painter: QPainter, square: QRect, image: QImage | None) -> None:
        painter.save()
        clip = QPainterPath()
        clip.addRoundedRect(square, 5, 5)
        painter.setClipPath(clip)
        painter.fillRect(square, QColor(self.theme.raised))
        if image is not None and not image.isNull():
            side = min(image.width(), image.height())
            source = QRect((image.width() - side) // 2, (image.height() - side) // 2, side, side)
            painter.drawImage(square, image, source)
        else:
            glyph = pixmap("picture", self.theme.faint, 20)
            painter.drawPixmap(square.center().x() - 9, square.center().y() - 9, glyph)
        painter.restore()
        painter.setPen(QPen(QColor(self.theme.border), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(square, 5, 5)

    def _paint_text(self, painter: QPainter, area: QRect, index: Index) -> None:
        theme = self.theme
        item: Item = index.data(Role.ITEM)
        font = painter.font()
        font.setPixelSize(theme.metrics.font)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        name = item.path.stem if item.sample else item.title
        name = name.replace("_", " ") if item.sample else name
        upper = area.adjusted(0, area.height() // 2 - 19, 0, 0)
        metrics = painter.fontMetrics()
        top = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        painter.drawText(
            upper, top, metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, area.width())
        )
        font.setPixelSize(theme.metrics.font_small)
        painter.setFont(font)
        told = index.data(Role.SUMMARY).text
        painter.setPen(QColor(theme.good if told else theme.faint))
        second = (
            tr("Sample, with truth")
            if item.sample and area.width() > 130
            else tr("Sample")
            if item.sample
            else item.path.parent.name or "/"
        )
        if told or index.data(Role.DONE):
            second = told or tr("Another method's")
        lower = area.adjusted(0, area.height() // 2 + 1, 0, 0)
        text = painter.fontMetrics().elidedText(second, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(lower, top, text)


class ItemListPanel(QWidget):
    """Search field, order and the list itself.

    Signals:
        item_chosen: id of the item to look at.
        remove_requested: ids to take off the list.
        order_chosen: one of ``ORDERS``.
    """

    item_chosen = Signal(int)
    remove_requested = Signal(object)
    order_chosen = Signal(str)

    def __init__(self, model: SessionModel, open_action: QAction, folder_action: QAction) -> None:
        super().__init__()
        self._model = model
        self.filter = ItemFilter(model)
        self._delegate = ItemDelegate()
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(tr("Search the list"))
        self.search.setToolTip(tr("Show only items whose name holds this (Ctrl+F)"))
        self.order = QComboBox()
        self.order.setAccessibleName(tr("Order of the list"))
        self.order.setToolTip(
            tr(
                "Order of the list. Worst: error to the truth, else to the marks. "
                "Disputed: the compared methods disagree most"
            )
        )
        fill_combo(self.order, [(tr(text), data) for data, text in ORDERS], "added")
        self.view = QListView()
        self.view.setModel(self.filter)
        self.view.setItemDelegate(self._delegate)
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setAccessibleName(tr("Open pictures"))
        self._count = label("", "faint")
        head = columns(spacing=4)
        head.addWidget(label(tr("Pictures"), "title"))
        head.addStretch(1)
        head.addWidget(tool_button(open_action))
        head.addWidget(tool_button(folder_action))
        foot = columns(spacing=4)
        foot.addWidget(self._count, 1)
        foot.addWidget(self.order)
        layout = rows(self, margin=SPACING)
        layout.addLayout(head)
        layout.addWidget(self.search)
        layout.addWidget(self.view, 1)
        layout.addLayout(foot)
        self.search.textChanged.connect(self._search)
        self.order.currentIndexChanged.connect(self._order_changed)
        self.view.selectionModel().currentChanged.connect(self._current_changed)
        model.current_changed.connect(self.show_current)
        for signal in (model.rowsInserted, model.modelReset, self.filter.layoutChanged):
            signal.connect(self._show_count)
        self._show_count()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._delegate.theme = theme
        self.view.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the current row in sight."""
        super().resizeEvent(event)
        self.view.scrollTo(self.view.currentIndex())

    def set_order(self, order: str) -> None:
        """Order the list without telling anybody."""
        with QSignalBlocker(self.order):
            self.order.setCurrentIndex(max(0, self.order.findData(order)))
        self.filter.order_by(order)

    def step(self, by: int) -> None:
        """The next or previous row becomes current."""
        row = self.view.currentIndex().row() + by
        if 0 <= row < self.filter.rowCount():
            self.view.setCurrentIndex(self.filter.index(row, 0))

    def shown_ids(self) -> tuple[int, ...]:
        """Ids of the rows in the order shown."""
        count = self.filter.rowCount()
        return tuple(self.filter.index(row, 0).data(Role.ITEM).id for row in range(count))

    def selected_ids(self) -> tuple[int, ...]:
        """Ids of the selected rows."""
        return tuple(i.data(Role.ITEM).id for i in self.view.selectionModel().selectedIndexes())

    def show_current(self, item_id: int) -> None:
        """Select the row of an item."""
        for row in range(self.filter.rowCount()):
            index = self.filter.index(row, 0)
            if index.data(Role.ITEM).id == item_id:
                if index != self.view.currentIndex():
                    self.view.selectionModel().setCurrentIndex(
                        index, QItemSelectionModel.SelectionFlag.ClearAndSelect
                    )
                self.view.scrollTo(index)
                return

    def _search(self, text: str) -> None:
        self.filter.search(text)
        self._show_count()

    def _order_changed(self) -> None:
        order = str(self.order.currentData())
        self.filter.order_by(order)
        self.order_chosen.emit(order)

    def _current_changed(self, index: QModelIndex, _previous: QModelIndex) -> None:
        if index.isValid():
            self.item_chosen.emit(index.data(Role.ITEM).id)

    def _show_count(self) -> None:
        shown, count = self.filter.rowCount(), self._model.rowCount()
        text = tr("{count} item" if count == 1 else "{count} items", count=count)
        self._count.setText(
            text if shown == count else tr("{shown} of {count}", shown=shown, count=count)
        )
