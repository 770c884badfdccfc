// What of the page cannot be read: run in the page by the browser tests, at one width.
const wrong = [];
const page = document.documentElement;
if (page.scrollWidth > innerWidth) wrong.push(`the page is ${page.scrollWidth} px wide in a window of ${innerWidth}`);

const scrolls = (node) => {
  for (let n = node; n && n !== document.body; n = n.parentElement) {
    const style = getComputedStyle(n);
    if (["auto", "scroll"].includes(style.overflowX) && n.scrollWidth > n.clientWidth) return true;
  }
  return false;
};

const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const text = texts.currentNode.textContent.trim();
  const parent = texts.currentNode.parentElement;
  if (!text || ["SCRIPT", "STYLE", "title"].includes(parent.nodeName) || parent.closest(".sr, .skip")) continue;
  const range = document.createRange();
  range.selectNodeContents(texts.currentNode);
  const box = range.getBoundingClientRect();
  if (!box.width || !parent.checkVisibility({ checkVisibilityCSS: true })) continue;
  const size = parseFloat(getComputedStyle(parent).fontSize);
  if (size < 11) wrong.push(`"${text.slice(0, 40)}" is ${size} px`);
  if ((box.left < -1 || box.right > innerWidth + 1) && !scrolls(parent)) {
    wrong.push(`"${text.slice(0, 40)}" goes from ${box.left} to ${box.right} of ${innerWidth}`);
  }
  const chart = parent.closest(".row-chart, .plan");
  if (chart) {
    const around = chart.getBoundingClientRect();
    if (box.left < around.left - 2 || box.right > around.right + 2) wrong.push(`"${text.slice(0, 40)}" leaves its chart`);
  }
}

for (const scale of document.querySelectorAll(".scale")) {
  const labels = Array.from(scale.querySelectorAll(".tick text")).map((t) => t.getBoundingClientRect());
  labels.sort((a, b) => a.left - b.left);
  for (let i = 1; i < labels.length; ++i) {
    if (labels[i].left < labels[i - 1].right + 1 && labels[i].width) wrong.push("two labels of a scale touch");
  }
}

// Boxes that lie side by side in a row do not cover each other.
for (const lane of document.querySelectorAll(".lane")) {
  const cells = Array.from(lane.children).filter((c) => c.getClientRects().length).map((c) => c.getBoundingClientRect());
  for (let i = 0; i < cells.length; ++i) {
    for (let k = i + 1; k < cells.length; ++k) {
      const across = Math.min(cells[i].right, cells[k].right) - Math.max(cells[i].left, cells[k].left);
      const down = Math.min(cells[i].bottom, cells[k].bottom) - Math.max(cells[i].top, cells[k].top);
      if (across > 1 && down > 1) wrong.push(`parts of a row overlap: ${lane.textContent.trim().slice(0, 40)}`);
    }
  }
}
return wrong.slice(0, 10);
