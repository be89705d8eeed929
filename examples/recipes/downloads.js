export async function download(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`status ${response.status}`);
  const disposition = response.headers.get("Content-Disposition") ?? "";
  const [, name = "download"] = /filename="?([^";]+)/.exec(disposition) ?? [];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
