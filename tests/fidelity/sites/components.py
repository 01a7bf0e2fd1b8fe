"""Well-known components in pages of ours: TinyMCE (iframe editor), AG Grid (virtual rows), Leaflet (transforms, canvas), Tabulator, Quill."""

from tests.fidelity.places import HERE, NPM, STATE, Proc, fresh_dir, main_python, need

NAME, PORT, READY = "components", 8113, "/site/tinymce.html"
FAMILY, LICENCE = (
    "iframe rich-text editor, virtualised grids, map, delta editor",
    "TinyMCE GPL-2.0-or-later, AG Grid/Tabulator MIT, Leaflet BSD-2, Quill BSD-3",
)
NEEDS = ["npm: tinymce ag-grid-community leaflet tabulator-tables quill"]
DIR = STATE / "components"
_HEAD = "<!doctype html><html lang=en><head><meta charset=utf-8><title>{t}</title>{h}</head><body>{b}</body></html>"
PAGES = {
    "tinymce": (
        "<script src=/npm/tinymce/tinymce.min.js></script>",
        """<h1>Message</h1><form><textarea id=ed>&lt;h2&gt;Title&lt;/h2&gt;&lt;p&gt;Text with &lt;b&gt;bold&lt;/b&gt;.&lt;/p&gt;</textarea></form>
<script>tinymce.init({selector:'#ed',license_key:'gpl',plugins:'lists table link code searchreplace wordcount',toolbar:'undo redo | blocks | bold italic | bullist numlist | table link | code',height:480,promotion:false,branding:false,setup:e=>e.on('init',()=>document.body.dataset.ready=1)})</script>""",
    ),
    "aggrid": (
        "<script src=/npm/ag-grid-community/dist/ag-grid-community.min.js></script>",
        """<h1>Accounts</h1><div id=g style="height:560px;width:100%"></div>
<script>const rows=Array.from({length:5000},(_,i)=>({id:i,name:'Customer '+(i*7919%5000),iban:'DE'+String(i).padStart(20,'0'),balance:(i*37%10007)/7,open:i%3>0,city:['Oslo','Lima','Kyiv','Pune'][i%4]}));
window.api=agGrid.createGrid(document.getElementById('g'),{rowData:rows,rowSelection:{mode:'multiRow'},pagination:false,defaultColDef:{filter:true,sortable:true,editable:true,resizable:true,floatingFilter:true},
columnDefs:[{field:'id',width:90},{field:'name'},{field:'iban',width:230},{field:'balance',valueFormatter:p=>p.value.toFixed(2)},{field:'open'},{field:'city'}],onGridReady:()=>document.body.dataset.ready=1})</script>""",
    ),
    "leaflet": (
        "<link rel=stylesheet href=/npm/leaflet/dist/leaflet.css><script src=/npm/leaflet/dist/leaflet.js></script>",
        """<h1>Branches</h1><div id=m style="height:520px"></div>
<script>const map=L.map('m',{zoomControl:true}).setView([51.5,-.1],11);
L.GridLayer.Mine=L.GridLayer.extend({createTile(c){const t=document.createElement('canvas');t.width=t.height=256;const g=t.getContext('2d');g.fillStyle=(c.x+c.y)%2?'#dfe8d8':'#eef3ea';g.fillRect(0,0,256,256);g.fillStyle='#678';g.fillText([c.z,c.x,c.y].join('/'),90,128);return t}});new L.GridLayer.Mine().addTo(map);
for(let i=0;i<80;i++)L.circleMarker([51.5+Math.sin(i)*.15,-.1+Math.cos(i*1.7)*.25],{radius:4+i%9}).addTo(map).bindPopup('<b>Branch '+i+'</b><br><input placeholder=PIN class=pin>');
L.marker([51.5,-.1]).addTo(map).bindPopup('Main office');document.body.dataset.ready=1</script>""",
    ),
    "tabulator": (
        "<link rel=stylesheet href=/npm/tabulator-tables/dist/css/tabulator.min.css><script src=/npm/tabulator-tables/dist/js/tabulator.min.js></script>",
        """<h1>Orders</h1><div id=t></div>
<script>const tb=new Tabulator('#t',{height:420,layout:'fitColumns',movableColumns:true,groupBy:'city',data:Array.from({length:800},(_,i)=>({id:i,name:'Order '+i,progress:i%101,city:['Oslo','Lima','Kyiv'][i%3],done:i%2==0})),
columns:[{title:'Name',field:'name',editor:'input',headerFilter:true},{title:'Progress',field:'progress',formatter:'progress',sorter:'number'},{title:'City',field:'city'},{title:'Done',field:'done',formatter:'tickCross',editor:true}]});tb.on('tableBuilt',()=>document.body.dataset.ready=1)</script>""",
    ),
    "quill": (
        "<link rel=stylesheet href=/npm/quill/dist/quill.snow.css><script src=/npm/quill/dist/quill.js></script>",
        """<h1>Note</h1><div id=q style="height:300px"><p>Hello <strong>you</strong></p></div>
<script>new Quill('#q',{theme:'snow',modules:{toolbar:[[{header:[1,2,false]}],['bold','italic','link','blockquote','code-block'],[{list:'ordered'},{list:'bullet'}],[{color:[]}]]}});document.body.dataset.ready=1</script>""",
    ),
}


def setup():
    for n in ("tinymce", "ag-grid-community", "leaflet", "tabulator-tables", "quill"):
        need(NPM / n, f"npm i {n}")
    d = fresh_dir(DIR)
    for n, (h, b) in PAGES.items():
        (d / f"{n}.html").write_text(_HEAD.format(t=n, h=h, b=b))


def start():
    return [Proc(NAME, [main_python(), str(HERE / "static_server.py"), str(PORT), f"/npm/={NPM}", f"/site/={DIR}"])]


MASK = [".pin", "[col-id=iban].ag-cell"]


def journey(j):
    j.goto("/site/tinymce.html")
    j.see("body[data-ready]")
    ed = j.frame("iframe.tox-edit-area__iframe")
    ed.click("body p")
    j.press("Control+End", "Enter")
    j.keys("A new paragraph, ")
    j.press("Control+b")
    j.keys("bold")
    j.press("Control+b")
    j.checkpoint("typed into the editor's iframe")
    j.click("button[data-mce-name='bullist'], button[title='Bullet list'], button[aria-label='Bullet list']")
    j.keys("item one")
    j.press("Enter")
    j.keys("item two")
    j.click("button[data-mce-name='table'], button[aria-label='Table']")
    j.hover(".tox-collection__item:has-text('Table')", nth=0)
    j.click(".tox-insert-table-picker > div", nth=12)
    j.pause(300)
    j.checkpoint("list and table")
    j.click("button[data-mce-name='link'], button[aria-label='Insert/edit link']")
    j.type(".tox-dialog input[type=url], .tox-dialog .tox-control-wrap input", "https://example.org/x")
    j.checkpoint("link dialog")
    j.click(".tox-dialog button:has-text('Save')")
    j.goto("/site/aggrid.html")
    j.see("body[data-ready]")
    j.see(".ag-row")
    j.checkpoint("grid")
    j.wheel(4000, at=(500, 450))
    j.pause(400)
    j.checkpoint("grid scrolled (virtual rows)")
    j.wheel(-9000, at=(500, 450))
    j.click(".ag-header-cell[col-id=name] .ag-header-cell-label")
    j.dblclick(".ag-row[row-index='2'] .ag-cell[col-id=name]")
    j.keys("Edited ünï")
    j.press("Enter")
    j.checkpoint("sorted and edited")
    j.type("input[aria-label='City Filter Input']:visible", "Oslo")
    j.pause(900)
    j.click(".ag-row[row-index='1'] .ag-selection-checkbox input, .ag-row[row-index='1'] input[type=checkbox]")
    j.checkpoint("filtered and selected")
    j.goto("/site/leaflet.html")
    j.see("body[data-ready]")
    j.click(".leaflet-control-zoom-in")
    j.pause(600)
    j.drag(700, 400, 500, 300)
    j.pause(700)
    j.checkpoint("map panned and zoomed")
    j.click(".leaflet-marker-icon, path.leaflet-interactive", nth=0, force=True)
    j.pause(500)
    j.checkpoint("popup")
    j.goto("/site/tabulator.html")
    j.see("body[data-ready]")
    j.type(".tabulator-header-filter input", "Order 1")
    j.pause(600)
    j.click(".tabulator-col[tabulator-field=progress]")
    j.click(".tabulator-group", nth=0)
    j.checkpoint("grouped table")
    j.goto("/site/quill.html")
    j.click(".ql-editor")
    j.press("Control+End")
    j.keys(" and more")
    j.press("Control+a")
    j.click("button.ql-italic")
    j.click(".ql-list[value=bullet]")
    j.checkpoint("quill")
