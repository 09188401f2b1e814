"""What the lines of a chat group look like: numbers, labels, mentions, and what the telephone adds.

The patterns see punctuation as ``folded`` makes it: full-width marks as their ASCII ones, character for character.
"""

import re

FULL_WIDTH = "，：；（）！？＠．［］"
HALF_WIDTH = ",:;()!?@.[]"
FOLD = str.maketrans(FULL_WIDTH, HALF_WIDTH)
WIDEN = dict(zip(HALF_WIDTH, FULL_WIDTH, strict=True))
#: Marks in Chinese text that are written full-width.
NARROW = re.compile(r"(?<=[\u4e00-\u9fff)）」》】%])(?:[,;!?]|:(?!\d))|(?<=\d)[,;!?](?=[\u4e00-\u9fff])|\(|\)")


def folded(text: str) -> str:
    """The text with ASCII punctuation and blanks, of the same length."""
    return text.translate(FOLD).replace("\u3000", " ").replace("\t", " ")


def unfolded(text: str) -> str:
    """Chinese text with its own punctuation."""
    return NARROW.sub(lambda mark: WIDEN[mark[0]], text)


#: Labels of fields, as groups write them, by what they hold; ``drop`` is of no use in the ledger.
LABELS = {
    "place": "点位名称|问题点位|问题地点|问题位置|具体位置|具体点位|所在位置|点位|位置|地点|地址|场所",
    "text": "问题描述|问题内容|存在问题|现场情况|主要问题|发现问题|具体问题|问题|内容|情况",
    "unit": "责任单位|承办单位|整改单位|责任部门|牵头单位|主办单位|责任街道|处置单位|处置部门|属地|单位",
    "limit": "整改时限|整改期限|完成时限|时限|期限",
    "ask": "整改要求|工作要求|要求|建议|整改措施|处理意见|备注",
    "drop": "检查时间|发现时间|时间|日期|检查人员?|督查人员?|上报人|巡查人|编号|照片|图片|来源|联系人|电话|检查组|天气"
    "|路线|检查路线",
}
KINDS = {name: kind for kind, names in LABELS.items() for name in names.split("|")} | {
    "检查人": "drop", "检查人员": "drop", "督查人": "drop", "督查人员": "drop",
}  # fmt: skip
#: With a colon, or in lenticular brackets: ``点位:…`` ``【点位】…`` ``(责任单位:…)``.
LABEL = re.compile(rf"(?:^|(?<=[\s,;。|【(]))({'|'.join(LABELS.values())})\s*(?:】\s*:?|:)\s*")
#: Heads of a pasted table that number its rows.
TABLE_NUMBERS = {"序号", "No", "No.", "#", ""}

#: Styles of numbering and their ordinals; a bullet has none.
CHINESE_DIGITS = "一二三四五六七八九十"
MEASURES = "处个起辆名家米块次天日月年号人件条点元斤吨公层栋楼路"
STYLES = {
    "figure": re.compile(r"图片?\s*(\d{1,2})(?:\s*[-~、,和至到]\s*\d{1,2})*\s*[:、.]?\s*(?=\S)"),
    "chinese": re.compile(rf"(?:第?([{CHINESE_DIGITS}]{{1,3}})\s*(?:[、.]|是[:,]?))\s*"),
    "chinese_bracket": re.compile(rf"[(]([{CHINESE_DIGITS}]{{1,3}})[)]\s*[、.]?\s*"),
    "number": re.compile(
        rf"(?:问题|第|No\.?)?\s*(\d{{1,2}})(?:\s*[、.](?!\d)|\ufe0f?\u20e3|[ \t]+(?=[\u4e00-\u9fff])(?![{MEASURES}])"
        r"|(?<=\d)[:](?!\d))\s*"
    ),
    "bracket": re.compile(r"(?:[(](\d{1,2})[)]|(\d{1,2})[)])\s*[、.]?\s*"),
    "circle": re.compile(r"([①-⑳❶-❿⑴-⒇])\s*[、.]?\s*"),
    "bullet": re.compile(r"[-–—·•●○▲△■□◆◇★☆*►▶➤👉]()\s*"),
}
#: What a number within a line must have to be one: ``1.`` and ``一是``, not ``3处`` and ``一、二号楼``.
SURE_MARKS = {"number": "[、.\u20e3]", "chinese": "是"}
BARE_NUMBER = re.compile(rf"\s*(\d{{1,2}})(?=[\u4e00-\u9fff])(?![{MEASURES}])")
CIRCLES = {
    chr(first + n): n + 1 for first, last in ((0x2460, 20), (0x2776, 10), (0x2474, 20)) for n in range(last)
}  # fmt: skip

#: The head of somebody's message, or of a day.
CLOCK = r"(?:上午|下午|早上|晚上|中午|凌晨)?\s*\d{1,2}[:]\d{2}(?:[:]\d{2})?"
DAY = r"(?:(?:\d{4}\s*[-/.年]\s*)?\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|昨天|今天|前天|(?:星期|周)[一二三四五六日天])"
HEAD = re.compile(rf"(?P<name>\S.{{0,23}}?)?\s*[:]?\s*(?:{DAY})?\s*{CLOCK}|{DAY}")
RULE = re.compile(rf"[-—=_*~·.\s]{{3,}}(?:{DAY})?[-—=_*~·.\s]*")

STAMP = re.compile(rf"(?:{DAY})\s*(?:{CLOCK})(?:\s*[-~至]\s*{CLOCK})?[\s,:]+(?=\S)")

PHOTO = re.compile(r"\[(?:图片|照片|Photo|Image|图像)[^\]]{0,12}\]|【图片[^】]{0,12}】", re.IGNORECASE)
GADGET = re.compile(
    r"\[(?:语音|Voice)[^\]]{0,12}\]\s*(?:\d{1,2}\s*[\"″”'′]{1,2})?\s*(?:(?:转文字|语音转文字)\s*:?)?"
    r"|[\[【](?:视频|短视频|语音|动画表情|表情|文件|链接|位置|小程序|聊天记录|Video|Sticker|Voice|File|Location)[^\]】]{0,40}[\]】]"
    r"|\[(?:强|抱拳|OK|ok|玫瑰|微笑|握手|合十|加油|鼓掌|爱心|太阳|咖啡|捂脸|流汗|发怒|愉快|呲牙|偷笑|哇|囧|憨笑|大哭|点赞|赞|爆竹|拥抱|奋斗)\]",
    re.IGNORECASE,
)
INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060\ufeff\x00-\x08\x0b-\x1f\ud800-\udfff]")
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u2712\u2714-\u2716\u2728-\u2764\ufe0f]")
#: What a group says besides problems.
CHATTER = re.compile(
    r"(?:(?:收到|已收到|好的?|明白|OK|了解|知道了|辛苦了?|谢谢.{0,6}|感谢.{0,6}|没问题|请稍等|在处理|正在处理"
    r"|马上(?:处理|安排|整改|到)|立即(?:处理|整改|安排)|已(?:经)?(?:整改|处理|安排|转办|通知|清理|完成)[^的]{0,8}"
    r"|\d{1,2}\s*(?:分钟|小时).{0,4}(?:完成|到位|到达|处理完|清理完).{0,4})[!。.~,\s]*)+"
    r"|(?:共|共计|合计|总计|累计)(?:检查|发现)?(?:问题)?\s*\d+\s*[处个条项](?:问题)?[。.]?"
    r"|[^:,;。]{0,24}[:,]?\s*(?:一切正常|情况正常|无问题|未发现(?:明显)?问题)[。.]?|[^:,;。]{2,24}[:,]\s*正常[。.]?"
    r"|.*(?:撤回了一条消息|拍了拍|加入了?群聊|修改群名为|以上是打招呼的内容).*|.*的聊天记录(?:如下)?:?"
    r"|「.*」|以下(?:是|为)(?:新消息|引用)",
    re.IGNORECASE,
)

#: A mention as WeChat ends it, or up to where something else must begin.
MENTION = re.compile(
    r"@(?:([^@\u2005\n]{1,24})\u2005|([^\s@,。;:!?、()\[\]【】]{1,20}?)"
    r"(?=$|[\s@,。;:!?、()\[\]【】]|请|立即|速|尽快|马上|及时|抓紧|按|收到|安排|负责))"
)
#: Lines that ask for something rather than name it.
ASK = re.compile(
    r"(?:请|以上|烦请|麻烦|要求|望|希望|敬请|各(?:责任|相关|有关)?(?:单位|街道|部门)|辛苦|抓紧|尽快|立即|限|务必|整改(?:完成|后|情况|到位)"
    r"|今(?:天|日)|明(?:天|日)|下班前|.{0,12}(?:前|内)(?:完成|整改|反馈|报))"
)
PREFACE = re.compile(
    r".*(?:如下|以下问题|问题通报|情况通报|督查通报|以下情况)[。:!]?|【[^】]*】|(?:各位|大家|所有人).{0,16}"
    r"|(?!.*[未无不缺]).{0,24}(?:巡查|督查|检查|暗访|日报|通报|简报|快报|记录)(?:\([^)]*\))?"
)
#: Whom a message greets, before it says anything; and the thanks for the one before.
GREETING = re.compile(
    r"(?:尊敬的|各位)?(?:领导|同志|老师|同事|群友|邻居|书记|主任|大家|[你您])们?(?:大家)?(?:早上|上午|中午|下午|晚上)?好(?![多几像])[!,。.~\s]*"
    r"|(?:尊敬的|各位)(?:领导|同志|老师|同事|群友|邻居)们?[!,。:~\s]+|(?:早上|上午|中午|下午|晚上)好[!,。.~\s]*"
)
THANKS = re.compile(r"(?:(?:收到|好的|谢谢(?:领导|大家)?|感谢(?:领导|大家)?|辛苦了?|明白)[!,。.~\s]+)+")
MORE = re.compile(r"(?:另外|另|还有|此外|再有|另有)[,:]?\s*")
#: Where one line goes on to another problem, or to what is asked.
AFTERTHOUGHT = re.compile(
    r"(?<=[。.!;])\s*(?=(?:另外|还有|此外|再有|另有)[,:]?)|(?<=[。!;])\s*(?=(?:请|烦请|以上问题|望|希望|务必|限期|要求))"
)
#: The words before a colon that say where or on what occasion.
LEAD = re.compile(r"[^:;,。]{2,24}:|[^:;。]{0,30}(?:检查|巡查|督查|暗访|发现|问题)[^:;。]{0,6}:")
#: A place that begins a clause of its own.
CLAUSE_PLACE = re.compile(
    r"市场|超市|商场|商圈|商业街|广场|公园|路口|路段|[\u4e00-\u9fff]{2}[路街巷]|小区|社区|[\u4e00-\u9fff]村|学校|小学|中学|幼儿园|医院|卫生院"
    r"|公厕|车站|客运站|公交站|大厅|大厦|工地|景区|街道|镇"
)
#: ``枣园小学周边:流动摊贩2处``: a place and its fault on one line.
PLACE_AND_FAULT = re.compile(r"([^:,;。]{3,24}):(?=..)")
ALL_OF_THEM = re.compile(r"(?P<places>[^,。;:]+?、[^,。;:]+?)(?:均|都|皆)(?:存在|发现|出现|有)?(?P<fault>.{2,})")
#: Words that say that it is put right already.
DONE = re.compile(
    r"(?:已|已经|现已|均已)(?:清理|整改|处理|修复|解决|完成|恢复|更换|撤离|劝离|清运|拆除)"
    r"[^,。;没未]{0,6}[!。]?$"
)
PLACE_END = re.compile(
    r".*(?:市场|超市|商场|商圈|广场|公园|路口|路段|路|街|巷|道|小区|社区|村|学校|小学|中学|幼儿园|医院|卫生院|公厕|厕所|车站|站|桥"
    r"|大厅|中心|大厦|楼|院|门口|店|工地|河|景区|街道|镇|乡|东侧|西侧|南侧|北侧|附近|对面|周边|门前|居委会|村委会|办事处|文化站|网吧)[:]?"
)
SERIOUS = re.compile(
    r"安全隐患|消防通道|消防栓|消火栓|堵塞通道|裸露电线|电线裸露|飞线充电|井盖(?:缺失|破损|丢失|松动)|坍塌|燃气|严重|重大|触电"
)
LIMIT = re.compile(
    rf"(?:限时?\s*)?(\d{{1,3}}|[{CHINESE_DIGITS}两半])\s*个?\s*(?:工作)?\s*(小时|日|天)\s*"
    r"(?:之内|以内|内|整改|完成|限期|(?<=限.小时)|(?<=限.天)|(?<=限.日))"
)
#: ``今日内`` ``今天下午5点前`` ``下班前``: half a working day is the nearest that the ledger knows.
TODAY = re.compile(r"(?:今|当)[日天](?:之?内|下班|.{0,8}前)|(?<!明天)(?<!明日)下班前")
