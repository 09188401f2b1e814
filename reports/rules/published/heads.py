"""What the heads and cells of a published table mean: units, totals, places, bands, weights, numbers."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

UNIT = re.compile(
    r"(单位|名称|街道|社区|乡镇|镇街|街镇|部门|区县|县区|县市区|市区县|区市县|城区|区域|地区|城市|小区|点位|市场|村居|学校|医院|窗口"
    r"|测评对象|考核对象|被测|被考核|责任主体|国家|省份|省市|高校|院校|姓名|考生|代表团|代表队|球队|队名|队伍|企业|公司|机构|经济体|平台|中队"
    r"|unit|name|country|countries|city|cities|state|province|region|university|institution|school|college|team|club"
    r"|nation|economy|athlete|district|county|town|municipality|territory|company|hospital|player|entity|ward|borough)",
    re.IGNORECASE,
)
TOTAL = re.compile(
    r"(总分|总分数|总成绩|总得分|总评分?|总评成绩|总计|合计|总指数|总积分|积分|综合|综合(?:得分|成绩|评分|分|指数|质量指数|符合率|评价|总分|考评|考核)(?:得分|成绩)?"
    r"|(?:考核|考评|测评|评价|加权|最终|最后|实际)(?:总)?(?:得分|成绩|评分|总分)|(?:加权)?平均(?:学分)?(?:得分|分|成绩|绩点)|gpa|得分合计|合计得分|环境空气综合质量指数"
    r"|(?:grand |weighted |overall |composite |final )?(?:total|score|index|points)(?: score| points| value)?"
    r"|(?:scores? )?overall"
    r"|pts|hdi(?: value)?|index(?: value| score)?)(?:[(%（].*)?",
    re.IGNORECASE,
)
#: Before the head of a total: 9月, 本季度, 2023年, 第3期.
PERIOD = re.compile(
    r"^(?:\d{2,4}年)?(?:本|当|第?\d{1,4}|第?[一二三四五六七八九十上下]{1,3})?"
    r"(?:年度?|月份?|季度?|半年|期|周|次|轮)的?"
)
#: Heads that are the total only where nothing else is.
LIKE_TOTAL = re.compile(
    r"(得分|成绩|分数|评分|指数|分值|(?:[\w ]{0,40} )?(?:value|score|points|rating|index))(?:[(%].*)?", re.IGNORECASE
)
RANK = re.compile(r"(名次|排名|排序|位次|位序|\brank(?:ing)?\b|\bplace\b|\bposition\b|^pos\.?$|^#$)", re.IGNORECASE)
BAND = re.compile(r"(等次|等级|档次|评定|类别档|星级|\bband\b|\bgrade\b|\btier\b)", re.IGNORECASE)
GROUP = re.compile(
    r"^(组别|分组|组|类别|类型|板块|片区|序列|(?:招聘|报考)?(?:岗位|职位)(?:代码|名称)?|group|category)$", re.IGNORECASE
)
IGNORED = re.compile(
    r"^(序号|编号|备注|说明|代码|行政区划代码|年份|年度|月份|人口|no\.?|note|notes|remarks|code|id|iso.*|year|population"
    r"|(?:较|比|上)(?:上)?(?:月|期|年|季).*|.*(?:变化|升降|同比|环比).*|.*\b(?:change|minus|previous|last year)\b.*)$",
    re.IGNORECASE,
)
SUMMARY = re.compile(
    r"(?:全[市区县省国])?(?:合计|总计|小计|汇总|平均|平均分|平均值|均值|全[市区县省国]|总体|average|mean|sum|total|world)[::]?"
    r"|[^,]{0,12}(?:平均(?:分|值|得分|水平)?|总体|合计)",
    re.IGNORECASE,
)
REMARK = re.compile(r"^(注|备注|说明|数据来源|资料来源|notes?\b|source)", re.IGNORECASE)
WEIGHTS = re.compile(
    r"(指标)?(权重|比重|占比|权数|系数|学分|credits?)[^\d]{0,6}|weights?(ing)?s?[^\d]{0,6}", re.IGNORECASE
)
MARKS = re.compile(r"(满分|分值|标准分|满分值)[^\d]{0,6}|full marks|max(imum)?( (score|points))?", re.IGNORECASE)
RATE = re.compile(r"(率|%|指数|得分|成绩|rate|ratio|score|index|total|points)", re.IGNORECASE)
FACTOR = re.compile(r"(系数|coefficient|multiplier|\bfactor\b)", re.IGNORECASE)
PLUS = re.compile(r"(加分|奖励分|附加分|bonus)", re.IGNORECASE)
MINUS = re.compile(r"(扣分|减分|罚分|倒扣|penalt|deduction)", re.IGNORECASE)
MISSING = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "无", "空", "缺", "*", "n/a", "na", "n.a.", "nan", "null", "none", "..",
     "不参评", "未参评", "未测", "未考核", "未涉及", "不涉及", "无此项", "无数据", "免考", "…",
     "缺考", "弃权", "缺席", "暂无", "暂缺", "未报", "未报送", "未检", "不计分", "未纳入",
     "absent", "missing", "dnf", "dns", "dsq"}
)  # fmt: skip
NUMBER = re.compile(r"[-+−]?\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?|[-+−]?\d+(?:\.\d+)?(?:[eE][-+]\d{1,2})?|[-+−]?\.\d+")
#: What a rate is written as beside its counts: 963/1,032=93.31%; and as counts alone: 28.473/30.
RATED = re.compile(rf"({NUMBER.pattern})\s*%")
COUNTS = re.compile(rf"({NUMBER.pattern})\s*/\s*({NUMBER.pattern})")
#: Marks of footnotes behind a figure or a name.
NOTED = re.compile(r"(?<=[\w%)）])\s*[\u00b9\u00b2\u00b3\u2070-\u2079\u2460-\u2473*†‡§]+$")
#: A range where one figure is asked for: 55.9–58.6.
RANGE = re.compile(r"\d\s*[-–—~至]\s*\d")
#: The first of several places, and the last where they are a range: 第3名, =12, T5, 601–800.
PLACE = re.compile(r"\D{0,6}(\d{1,6}(?:\.50?)?)(?:\.0+)?(?!\d)(?!\.\d)(?:\s*[-–—~至]\s*(\d{1,6}))?")
#: Decimal places beyond which a figure is what a spreadsheet's binary fractions left.
FINEST = 10
MOST_LETTERS = 40


def clean(cell: str | None) -> str:
    """A cell without the spaces and wide forms that hinder reading."""
    text = unicodedata.normalize("NFKC", NOTED.sub("", (cell or "").strip())).replace("\u200b", "").replace("_", " ")
    return re.sub(r"\s+", " ", text).strip()


def plain(text: str) -> str:
    """A head for comparing: no blanks, brackets or signs, lower case."""
    return re.sub(r"[\s()（）%/、,，:：·.\-_&]", "", clean(text)).lower()


def number(cell: str) -> Decimal | None:
    """The number of a cell: 93.31 %, 1,032, 93.3分; None where there is none, or a range."""
    if cell.lower() in MISSING or RANGE.search(cell):
        return None
    if counts := COUNTS.fullmatch(cell):
        above, below = (_decimal(counts[one]) for one in (1, 2))
        return (above * 100 / below).quantize(Decimal(1).scaleb(-FINEST)).normalize() + 0 if below else None
    found = RATED.search(cell) or NUMBER.search(cell)
    if not found:
        return None
    value = _decimal(found[1] if found.re is RATED else found[0])
    if places(value) <= FINEST:
        return value if value.as_tuple().exponent <= 0 else value.quantize(Decimal(1))  # type: ignore[operator]
    return value.quantize(Decimal(1).scaleb(-FINEST), ROUND_HALF_UP).normalize() + 0


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace(" ", "").replace("−", "-"))


def places(value: Decimal) -> int:
    """Decimal places as written: 93.40 has two."""
    return max(0, -int(value.as_tuple().exponent))


def place_of(cell: str) -> tuple[int | Decimal | None, int | None]:
    """The place of a cell (2.5 where equal ones share the mean of their places), and the last of a range of places."""
    found = None if cell.lower() in MISSING else PLACE.match(cell)
    if not found:
        return None, None
    place = Decimal(found[1])
    return place if place % 1 else int(place), int(found[2]) if found[2] else None


def is_number(cell: str) -> bool:
    """Whether a cell is a figure and nothing else."""
    return bool(NUMBER.fullmatch(cell.rstrip("%分 ")))


def is_unit(head: str) -> bool:
    """Whether a head names the units."""
    longest = 12 if not head.isascii() else MOST_LETTERS
    last = head.rpartition("/")[2]
    return (
        bool(UNIT.search(head))
        and len(head) <= longest
        and ":" not in head
        and not (TOTAL.fullmatch(last) or RANK.search(head))
    )
