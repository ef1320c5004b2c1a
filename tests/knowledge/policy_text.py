"""Statutes of our own invention, as Markdown, and what is read from them."""

from __future__ import annotations

import hashlib
import json

from caiwen.documents.text import read_markdown
from caiwen.knowledge.filing import recognise
from caiwen.knowledge.policy import read_policy
from caiwen.records import Document
from caiwen.records.policy import PolicyRecord

OLD = """# 中华人民共和国样票法

1996年5月8日 第八届全国人民代表大会常务委员会第十九次会议通过

2005年8月28日 第十届全国人民代表大会常务委员会第十七次会议修订

2012年10月26日 第十一届全国人民代表大会常务委员会第二十九次会议《关于修改〈中华人民共和国灯塔法〉等三部法律的决定》修正

## 第一章 总则

第一条 为了规范样票活动，保护持票人，制定本法。

第二条 样票公司应当有三十个以下股东。样票公司不得向公众借款。

## 第二章 样票的保存

第三条 样票公司应当保存样票底册，保存期限不少于五年。

违反前款规定的，处五万元以上二十万元以下的罚款：

（一）没有底册的；

（二）底册不全的。

第四条 本法自2006年1月1日起施行。
"""

NEW = """# 中华人民共和国样票法

1996年5月8日 第八届全国人民代表大会常务委员会第十九次会议通过

2005年8月28日 第十届全国人民代表大会常务委员会第十七次会议修订

2012年10月26日 第十一届全国人民代表大会常务委员会第二十九次会议《关于修改〈中华人民共和国灯塔法〉等三部法律的决定》修正

2021年3月1日 第十三届全国人民代表大会常务委员会第二十六次会议第二次修订

## 第一章 总则

第一条 为了规范样票活动，制定本法。

第二条 样票公司应当有五十个以下股东。

第三条 样票公司可以发行电子样票。

## 第二章 样票的保存

第四条 样票公司应当保存样票底册，保存期限不少于十年。

第五条 本法自2021年9月1日起施行。《样票保管办法》同时废止。
"""

REPEALED = """# 样票保管办法

1999年2月1日 国务院批准

1999年3月1日 中国人民银行令第7号发布

第一条 样票由专人保管。

第二条 本办法自发布之日起施行。
"""

AMENDED_LATER = """# 中华人民共和国灯塔法

1990年1月20日 第七届全国人民代表大会常务委员会第十二次会议通过

2018年6月30日 第十三届全国人民代表大会常务委员会第三次会议《关于修改〈中华人民共和国灯塔法〉的决定》修正

第一条 灯塔应当常明。

第二条 本法自1990年7月1日起施行。
"""


def document(text: str, name: str = "样票法.md", sidecar: dict[str, object] | None = None) -> Document:
    digest = hashlib.sha256((name + text).encode()).hexdigest()
    read = read_markdown(text.encode(), name, digest)
    if sidecar:
        read.extra["sidecar"] = json.dumps(sidecar, ensure_ascii=False)
    return read


def policy(text: str, name: str = "样票法.md", sidecar: dict[str, object] | None = None) -> PolicyRecord:
    read = document(text, name, sidecar)
    found = read_policy(read, recognise(read))
    assert found is not None
    return found
