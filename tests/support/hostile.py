"""Names that each medium may take for more than text."""

NAMES = [
    r"$\frac{$ and a $1^$",
    "<img src=x onerror=window.pwned=1> &lt; </script>",
    "a | b `c` *d* __e__ _f ~~g~~ [h](javascript:window.pwned=1) # i \\",
    "1. <b>bold</b><br>%{x} %{y:.2f} \u2028 \"quoted\" 'single'",
    "new\nline\r\t\x1b[31mred\x07 \udcff",
    '_hidden, ,"comma"',
    "中文 猫 🐱 العربية हिन्दी",
    "W" * 100,
    "W" * 50 + "M" + "W" * 49,
]
