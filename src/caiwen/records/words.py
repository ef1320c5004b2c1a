"""The Chinese words for the states of a fact: one table for the command line, workpapers and answers."""

from caiwen.records.fact import Basis, Scope, Span, Status
from caiwen.records.filing import FilingKind

STATUS_WORDS = {Status.VERIFIED: "已核对", Status.UNVERIFIED: "未核对", Status.CONFLICT: "有冲突"}
SCOPE_WORDS = {Scope.CONSOLIDATED: "合并", Scope.PARENT: "母公司"}
SPAN_WORDS = {Span.INSTANT: "时点", Span.YTD: "累计", Span.SINGLE: "单季"}
BASIS_WORDS = {
    Basis.REPORTED: "本期列报",
    Basis.COMPARATIVE: "比较列报",
    Basis.RESTATED: "调整后",
    Basis.UNADJUSTED: "调整前",
    Basis.OPENING: "期初重述",
    Basis.CORRECTED: "人工更正",
}
KIND_WORDS = {
    FilingKind.ANNUAL: "年度报告",
    FilingKind.ANNUAL_SUMMARY: "年度报告摘要",
    FilingKind.INTERIM: "半年度报告",
    FilingKind.INTERIM_SUMMARY: "半年度报告摘要",
    FilingKind.Q1: "第一季度报告",
    FilingKind.Q3: "第三季度报告",
    FilingKind.PROSPECTUS: "招股说明书",
    FilingKind.POLICY: "法规制度",
    FilingKind.NEWS: "新闻",
    FilingKind.RESEARCH: "研究报告",
    FilingKind.TEXTBOOK: "教材讲义",
    FilingKind.DATA: "数据表",
    FilingKind.OTHER: "其他",
}
SECTOR_WORDS = {"general": "一般企业", "bank": "银行", "insurer": "保险公司", "broker": "证券公司"}
