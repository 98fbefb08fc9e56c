BEGIN TRANSACTION;
CREATE TABLE accounts (
	id VARCHAR(32) NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_accounts PRIMARY KEY (id), 
	CONSTRAINT uq_accounts_name UNIQUE (name)
);
INSERT INTO "accounts" VALUES('ea4d747f3aa84f1da1b3e3481e5ed110','maker','poster','2026-12-01 12:07:46.825997');
INSERT INTO "accounts" VALUES('5ca43b15b4c34aa7afae41bf40603d85','shop','catalogue','2026-12-01 12:07:49.323010');
INSERT INTO "accounts" VALUES('8feaa939c71c45a78597c40adfb4159f','shop2','catalogue','2026-12-01 12:08:54.469104');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE calls (
	account_id VARCHAR(32) NOT NULL, 
	"key" VARCHAR(255) NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	token VARCHAR(32) NOT NULL, 
	started_at DATETIME NOT NULL, 
	status INTEGER, 
	headers JSON, 
	body BLOB, 
	CONSTRAINT pk_calls PRIMARY KEY (account_id, "key"), 
	CONSTRAINT fk_calls_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "calls" VALUES('ea4d747f3aa84f1da1b3e3481e5ed110','one','dc6ee695ae805732fff92d118f5dfd1afae8194f768958d8c7b52000315dbecb','cf83c2fa99b047b08b15ad155fd3ff18','2026-12-01 12:08:03.473538',201,'{"ETag": "\"1\"", "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie", "Location": "/v1/posts/12224fb5aba849e99d90dc54d163b706"}',X'7B226964223A223132323234666235616261383439653939643930646335346431363362373036222C22706F73746572223A7B226964223A226561346437343766336161383466316461316233653334383165356564313130222C226E616D65223A226D616B6572227D2C2263617074696F6E223A2241206D75672066726F6D206265666F7265222C227374617465223A226472616674222C22637265617465645F6174223A22323032362D31322D30315431323A30383A30332E3437333533385A222C227075626C69736865645F6174223A6E756C6C2C2270686F746F223A7B227769647468223A3338342C22686569676874223A3338342C2275726C223A222F76312F706F7374732F31323232346662356162613834396539396439306463353464313633623730362F70686F746F3F77696474683D333834222C22636F70696573223A5B7B227769647468223A3332302C22686569676874223A3332302C2275726C223A222F76312F706F7374732F31323232346662356162613834396539396439306463353464313633623730362F70686F746F3F77696474683D333230227D5D7D2C22626F786573223A5B5D2C2274616773223A5B5D2C2276657273696F6E223A317D');
CREATE TABLE clicks (
	id VARCHAR(32) NOT NULL, 
	tag_id VARCHAR(32) NOT NULL, 
	post_id VARCHAR(32) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	product_id TEXT NOT NULL, 
	category TEXT NOT NULL, 
	visitor VARCHAR(64) NOT NULL, 
	hour INTEGER NOT NULL, 
	first_at DATETIME NOT NULL, 
	last_at DATETIME NOT NULL, 
	CONSTRAINT pk_clicks PRIMARY KEY (id), 
	CONSTRAINT fk_clicks_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "clicks" VALUES('e38812438344404b87aba9ecd33d1ca1','6df223863cfb4d939c184cb89379e312','12224fb5aba849e99d90dc54d163b706','ea4d747f3aa84f1da1b3e3481e5ed110','SH-002','Home > Kitchen > Mugs','406ef01cdd93da43e1cd535ec938df2a1af0ad27721f093a937a2ec032574d1e',498924,'2026-12-01 12:08:16.532616','2026-12-01 12:08:16.532616');
CREATE TABLE decisions (
	seq INTEGER NOT NULL, 
	id VARCHAR(32) NOT NULL, 
	at DATETIME NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	post_id VARCHAR(32) NOT NULL, 
	product_id TEXT NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	suggestion_id VARCHAR(32), 
	probability DOUBLE, 
	similarity DOUBLE, 
	index_version TEXT, 
	model TEXT, 
	region JSON, 
	x DOUBLE, 
	y DOUBLE, 
	box JSON, 
	reason VARCHAR(32) NOT NULL, 
	withdraws VARCHAR(32), 
	CONSTRAINT pk_decisions PRIMARY KEY (seq), 
	CONSTRAINT fk_decisions_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id), 
	CONSTRAINT uq_decisions_id UNIQUE (id)
);
INSERT INTO "decisions" VALUES(1,'ad9530536ff048d0b4b6ded82b7508c8','2026-12-01 12:08:16.409724','ea4d747f3aa84f1da1b3e3481e5ed110','12224fb5aba849e99d90dc54d163b706','SH-002','confirmed','3e414f848fe24e4f2a4064d0a4a72229',0.886257,0.956538,'20261201-120744.385-968035cc','spark-mini','[0.5, 0.125, 0.35416666666666663, 0.5416666666666666]',0.6,0.4,'[0.5, 0.125, 0.35416666666666663, 0.5416666666666666]','',NULL);
CREATE TABLE imports (
	id VARCHAR(32) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	"order" JSON NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	created_at DATETIME NOT NULL, 
	started_at DATETIME, 
	finished_at DATETIME, 
	worker VARCHAR(32), 
	held_until DATETIME, 
	attempts INTEGER NOT NULL, 
	step VARCHAR(32) NOT NULL, 
	done INTEGER NOT NULL, 
	total INTEGER, 
	result JSON, 
	failure_code VARCHAR(64), 
	failure TEXT, 
	CONSTRAINT pk_imports PRIMARY KEY (id), 
	CONSTRAINT fk_imports_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE TABLE keys (
	id VARCHAR(32) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	revoked_at DATETIME, 
	CONSTRAINT pk_keys PRIMARY KEY (id), 
	CONSTRAINT fk_keys_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT uq_keys_digest UNIQUE (digest)
);
INSERT INTO "keys" VALUES('853779052a464d77bde22238e1575915','ea4d747f3aa84f1da1b3e3481e5ed110','2aa43d270ea0ca7cdb6db4e19dac3ad05c92be822528878c4e3ab285744bbb6e','2026-12-01 12:07:46.825997',NULL);
INSERT INTO "keys" VALUES('c264773268414ad2a9e363f274f8f4fc','5ca43b15b4c34aa7afae41bf40603d85','8ed43ba242b97c78e38437230de0da8f59c56ff471f429707a746c88c3e966f7','2026-12-01 12:07:49.323010',NULL);
INSERT INTO "keys" VALUES('35f328b890fc4ad49f152a6ae702cf3a','8feaa939c71c45a78597c40adfb4159f','5bebe5e64efae0f2e8098c5580ccc09199be90ce06b91f6a81455df549ab1b87','2026-12-01 12:08:54.469104',NULL);
CREATE TABLE learned_state (
	id INTEGER NOT NULL, 
	revision BIGINT NOT NULL, 
	CONSTRAINT pk_learned_state PRIMARY KEY (id)
);
INSERT INTO "learned_state" VALUES(1,2);
CREATE TABLE learned_views (
	id VARCHAR(32) NOT NULL, 
	product_id TEXT NOT NULL, 
	poster_id VARCHAR(32) NOT NULL, 
	post_id VARCHAR(32) NOT NULL, 
	photo_digest VARCHAR(64) NOT NULL, 
	box JSON, 
	stance VARCHAR(16) NOT NULL, 
	learned_at DATETIME NOT NULL, 
	withdrawn_at DATETIME, 
	removed_at DATETIME, 
	removed_by VARCHAR(32), 
	version INTEGER NOT NULL, 
	revision BIGINT NOT NULL, 
	encoder VARCHAR(64), 
	vector BLOB, 
	CONSTRAINT pk_learned_views PRIMARY KEY (id), 
	CONSTRAINT fk_learned_views_poster_id_accounts FOREIGN KEY(poster_id) REFERENCES accounts (id), 
	CONSTRAINT fk_learned_views_removed_by_accounts FOREIGN KEY(removed_by) REFERENCES accounts (id)
);
INSERT INTO "learned_views" VALUES('ad9530536ff048d0b4b6ded82b7508c8','SH-002','ea4d747f3aa84f1da1b3e3481e5ed110','12224fb5aba849e99d90dc54d163b706','65644af865b476dfbd1cda8f81d09b55ba299f59a954e388ac9fa268d0e8d50b','[0.5, 0.125, 0.35416666666666663, 0.5416666666666666]','confirmed','2026-12-01 12:08:16.409724',NULL,NULL,NULL,1,2,'37218d136967795e7250c1ab7b449d4511366343beddd79493809b2117831987',X'D86DDC3C324849BD92C629BC023E94BD5D9AB4BD8487F03BBB86C8BC16A2733DF4A49BBDAC27273CB5B1B63D1D9B52BC8873723D84BDC23BF8E9C03CFC38073D14AD2CBDB40BA63DE9BFAB3D439BE9BBE48434BD17B816BD7E8F153EC7D58DBCE1A64CBEF4B34F3C505DEC3CFECEA7BC107DB4388527DCBC933B103DCCDADD3D9B46B43D0B335BBB989AD5BCC2E5D73C10AA333D03C96BBDA8A68D3B6970F8BCC9DD7A3D3F9B86BD49921B3D3CC4453DBBDCDE3C6C1E84BCC0E0883C8B440E3C2C7AC1BDBC86163DCFAE7E3C989887BDEDB00EBEA764BCBDBE476E3C9223B2BBFD9AB43D81813E3D661F0B3E20B3D03CC5A5B13D12DE53BC9A9592BD445F333D1ED696BC523B9BBD10E99A3C6E451BBDCD508CBDD5EA66BBFD90CDBD93C2463DE76A253D76EF9D3CAD81BDBDD381FEBC219F23BDBC47B7BD9405223D8ABC8EBCE8B573BD8E45CB3D140D74BBE6897B3D01165B3C6D02863DE78E7F3CE71D46BCFD46E13DBD6FC33CFFED17BE9DA08FBD214F6FBD8BA2B63DD891D93D209CA6BDB5E4B8BC99D07C3CD97BBD3BCAB5F43C507DAD3CEE08083D0EF609BE1A7E8F3D07AD0A3EBEC9A73B8474103D3A50833D75F72ABD4324DDBD9BEE503DCC5CE3BDAE2DA1BC37C982BADCB10EBDCB0915BC8EF6C23C7A2FF43C4EAC09BD5BAE25BDFD8EF5BC0956FA3BCCFFBE3D5D9E3F3C569EDABD916C503D7918B13D4BA8DBBD7209C73CBCD5A5BD8968893D7AEED43DF3568A3C499D1ABD12BC6CBD98A6693DAA0E3C3D89AFA1BD05FA47BD20D6BFBD4BAC223B30CAB83D59A9B3BD4D651EBC4CC858BD65A6CA3D3E7243BDA44DFF3CA399FB3C4443EC3A5CCE4CBDF9E581BCF809183D6E9D77BD0560C5BDD354B63D45C31ABD94D89A3DDB8F903CB53A09BBF0388ABACE30C03D46C18E3B5934A43D7126CA3B872E643D309CB53D89C833BD8245083D4F3C34BBF3F8F3BC3E44D9BCEBDA993C55AA6EBD7B2BD53DA691573DED47BA3C75308DBB1451A8BD7050833C3B97D4BB975BCA3D153DBCBC49FB623CD810FA3C7C03C13B9F028ABA982604BD0A4097BD64F18FBD33E3F7BD2A0DCFBD41AE0FBDCA66763D578EFF3B31613F3DC013B93C986DC23DDD96A63D767D44BD22FBA43A5939FB3DE298623CD14BD4BDD4271DBCD280EABCB584423C28CE6DBCFECBC43D58BF86BDE60A303DC969703C0DAD4D3DD960073E48432CBD404A843D713EABBB08C3D1BC67D2063E51B370BC27820DBD9FAB41BDC9FFC63C0404B0BDFCC0313DACC21DBDC9F720BCE643303DE880453DEC2523BD2CBFA73DD3BADEBA530F943D62BE8A3CE9BA393EB48F2B3DA3122FBECEEC9D3D3992803DF42D813C9D1E413D95B11B3A6EB195BCA3CCE6BCC03CA13D4CEDF03DA91308BDE383D13AF28E0E3CDAC9BC3B31043ABD75C8D43DBDAD653DB0672ABDA45344BD7C42C8BC');
CREATE TABLE ledger (
	seq INTEGER NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	currency VARCHAR(3) NOT NULL, 
	number INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	amount BIGINT NOT NULL, 
	balance BIGINT NOT NULL, 
	at DATETIME NOT NULL, 
	post_id VARCHAR(32) NOT NULL, 
	product_id TEXT NOT NULL, 
	sale_id VARCHAR(32) NOT NULL, 
	note TEXT NOT NULL, 
	CONSTRAINT pk_ledger PRIMARY KEY (seq), 
	CONSTRAINT fk_ledger_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "ledger" VALUES(1,'ea4d747f3aa84f1da1b3e3481e5ed110','EUR',1,'commission',120,120,'2026-12-01 12:08:59.154833','12224fb5aba849e99d90dc54d163b706','SH-002','9600e7a1dfb94829a918010dc0bb3ced','');
CREATE TABLE photos (
	digest VARCHAR(64) NOT NULL, 
	width INTEGER NOT NULL, 
	height INTEGER NOT NULL, 
	widths JSON NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	token VARCHAR(32) NOT NULL, 
	since DATETIME NOT NULL, 
	CONSTRAINT pk_photos PRIMARY KEY (digest)
);
INSERT INTO "photos" VALUES('65644af865b476dfbd1cda8f81d09b55ba299f59a954e388ac9fa268d0e8d50b',384,384,'[320]','kept','c976f06205d54015987176ed711305b3','2026-12-01 12:08:03.473538');
CREATE TABLE posts (
	id VARCHAR(32) NOT NULL, 
	poster_id VARCHAR(32) NOT NULL, 
	photo_digest VARCHAR(64) NOT NULL, 
	caption TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	version INTEGER NOT NULL, 
	boxes JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	published_at DATETIME, 
	CONSTRAINT pk_posts PRIMARY KEY (id), 
	CONSTRAINT fk_posts_photo_digest_photos FOREIGN KEY(photo_digest) REFERENCES photos (digest), 
	CONSTRAINT fk_posts_poster_id_accounts FOREIGN KEY(poster_id) REFERENCES accounts (id)
);
INSERT INTO "posts" VALUES('12224fb5aba849e99d90dc54d163b706','ea4d747f3aa84f1da1b3e3481e5ed110','65644af865b476dfbd1cda8f81d09b55ba299f59a954e388ac9fa268d0e8d50b','A mug from before','published',3,'[]','2026-12-01 12:08:03.473538','2026-12-01 12:08:16.502520');
CREATE TABLE refunds (
	id VARCHAR(200) NOT NULL, 
	sale_id VARCHAR(32) NOT NULL, 
	amount BIGINT NOT NULL, 
	refunded_at DATETIME NOT NULL, 
	CONSTRAINT pk_refunds PRIMARY KEY (id), 
	CONSTRAINT fk_refunds_sale_id_sales FOREIGN KEY(sale_id) REFERENCES sales (id)
);
CREATE TABLE rejections (
	post_id VARCHAR(32) NOT NULL, 
	product_id TEXT NOT NULL, 
	suggestion_id VARCHAR(32) NOT NULL, 
	reason VARCHAR(32) NOT NULL, 
	decision_id VARCHAR(32) NOT NULL, 
	rejected_at DATETIME NOT NULL, 
	CONSTRAINT pk_rejections PRIMARY KEY (post_id, product_id), 
	CONSTRAINT fk_rejections_post_id_posts FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
);
CREATE TABLE sales (
	id VARCHAR(32) NOT NULL, 
	order_id VARCHAR(200) NOT NULL, 
	line_id VARCHAR(200) NOT NULL, 
	product_id TEXT NOT NULL, 
	amount BIGINT NOT NULL, 
	currency VARCHAR(3) NOT NULL, 
	ordered_at DATETIME NOT NULL, 
	click_id VARCHAR(32), 
	commission BIGINT NOT NULL, 
	refunded BIGINT NOT NULL, 
	CONSTRAINT pk_sales PRIMARY KEY (id), 
	CONSTRAINT fk_sales_click_id_clicks FOREIGN KEY(click_id) REFERENCES clicks (id)
);
INSERT INTO "sales" VALUES('9600e7a1dfb94829a918010dc0bb3ced','A-1','1','SH-002',2400,'EUR','2026-12-01 12:08:59.154833','e38812438344404b87aba9ecd33d1ca1',120,0);
CREATE TABLE smiles (
	post_id VARCHAR(32) NOT NULL, 
	account_id VARCHAR(32) NOT NULL, 
	smiled_at DATETIME NOT NULL, 
	CONSTRAINT pk_smiles PRIMARY KEY (post_id, account_id), 
	CONSTRAINT fk_smiles_account_id_accounts FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_smiles_post_id_posts FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
);
INSERT INTO "smiles" VALUES('12224fb5aba849e99d90dc54d163b706','ea4d747f3aa84f1da1b3e3481e5ed110','2026-12-01 12:08:35.587475');
CREATE TABLE suggestion_sets (
	post_id VARCHAR(32) NOT NULL, 
	index_version TEXT NOT NULL, 
	model TEXT NOT NULL, 
	boxes_digest VARCHAR(64) NOT NULL, 
	items JSON NOT NULL, 
	computed_at DATETIME NOT NULL, 
	CONSTRAINT pk_suggestion_sets PRIMARY KEY (post_id), 
	CONSTRAINT fk_suggestion_sets_post_id_posts FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
);
INSERT INTO "suggestion_sets" VALUES('12224fb5aba849e99d90dc54d163b706','20261201-120744.385-968035cc','spark-mini','4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945','[{"box": {"x": 0.5, "y": 0.125, "width": 0.35416666666666663, "height": 0.5416666666666666}, "source": "found", "calibrated": false, "suggestions": [{"id": "3e414f848fe24e4f2a4064d0a4a72229", "product_id": "SH-002", "title": "Alba Stoneware Mug, Navy", "probability": 0.886257, "similarity": 0.956538, "reference_image": "images/SH-002-1.jpg", "variants": [], "why": [{"code": "looks_very_alike", "words": "looks very alike", "effect": 2.530397}, {"code": "place_guessed", "words": "where to look is a guess", "effect": -1.434393}, {"code": "well_ahead", "words": "well ahead of the next product", "effect": 0.374344}]}, {"id": "fa0f8e1169f66a5592d0ae3edec9cfa4", "product_id": "SH-001", "title": "Alba Stoneware Mug, Teal", "probability": 0.012941, "similarity": 0.786541, "reference_image": "images/SH-001-3.jpg", "variants": [], "why": [{"code": "place_guessed", "words": "where to look is a guess", "effect": -1.434393}, {"code": "far_behind", "words": "far behind the first", "effect": -1.079005}, {"code": "another_as_close", "words": "another product is about as close", "effect": -0.766387}]}, {"id": "fd257ad0f77df258d70431cfce05a458", "product_id": "SH-060", "title": "Lumi Soy Wax Scented Candle, Charcoal and Ivory", "probability": 0.001003, "similarity": 0.642829, "reference_image": "images/SH-060-2.jpg", "variants": [], "why": [{"code": "far_behind", "words": "far behind the first", "effect": -1.991179}, {"code": "place_guessed", "words": "where to look is a guess", "effect": -1.434393}, {"code": "looks_a_little_alike", "words": "looks only a little alike", "effect": -1.181451}]}, {"id": "c78cc2c95330e4cbb11358765860b937", "product_id": "SH-030", "title": "Basis Iron Frying Pan, Black and Walnut", "probability": 0.0, "similarity": 0.188056, "reference_image": "images/SH-030-1.jpg", "variants": [], "why": [{"code": "looks_a_little_alike", "words": "looks only a little alike", "effect": -6.562397}, {"code": "far_behind", "words": "far behind the first", "effect": -4.877727}, {"code": "place_guessed", "words": "where to look is a guess", "effect": -1.434393}]}], "no_match": null}, {"box": {"x": 0.5, "y": 0.5, "width": 0.27083333333333337, "height": 0.41666666666666663}, "source": "found", "calibrated": false, "suggestions": [{"id": "cb65a987473e0bc9e4275424d8eb096a", "product_id": "SH-002", "title": "Alba Stoneware Mug, Navy", "probability": 0.659423, "similarity": 0.876458, "reference_image": "images/SH-002-3.jpg", "variants": [], "why": [{"code": "looks_very_alike", "words": "looks very alike", "effect": 1.58288}, {"code": "place_guessed", "words": "where to look is a guess", "effect": -1.434393}]}, {"id": "bed6b8e9375818e5718bfd1a62aabeab", "product_id": "SH-060", "title": "Lumi Soy Wax Scented Candle, Charcoal and Ivory", "probability": 0.033768, "similarity": 0.757668, "reference_image": "images/SH-060-2.jpg", "variants": [], "why": [{"code": "place_guessed", "words": "where to look is a guess", "effect": -1.434393}, {"code": "another_as_close", "words": "another product is about as close", "effect": -0.766387}, {"code": "far_behind", "words": "far behind the first", "effect": -0.753983}]}, {"id": "0febb51145fe121457985505ec34519a", "product_id": "SH-001", "title": "Alba Stoneware Mug, Teal", "probability": 0.007842, "similarity": 0.675617, "reference_image": "images/SH-001-3.jpg", "variants": [], "why": [{"code": "place_guessed", "words": "where to look is a guess", "effect": -1.434393}, {"code": "far_behind", "words": "far behind the first", "effect": -1.274782}, {"code": "looks_a_little_alike", "words": "looks only a little alike", "effect": -0.793499}]}, {"id": "9ef468e59bc64e5935d83e3e9c7e0220", "product_id": "SH-030", "title": "Basis Iron Frying Pan, Black and Walnut", "probability": 8e-06, "similarity": 0.288621, "reference_image": "images/SH-030-1.jpg", "variants": [], "why": [{"code": "looks_a_little_alike", "words": "looks only a little alike", "effect": -5.372497}, {"code": "far_behind", "words": "far behind the first", "effect": -3.731133}, {"code": "place_guessed", "words": "where to look is a guess", "effect": -1.434393}]}], "no_match": null}, {"box": {"x": 0.6875, "y": 0.20833333333333334, "width": 0.22916666666666663, "height": 0.5}, "source": "found", "calibrated": false, "suggestions": [{"id": "a0c72536011c013fa4a67f4532c0ce9a", "product_id": "SH-002", "title": "Alba Stoneware Mug, Navy", "probability": 0.413969, "similarity": 0.767278, "reference_image": "images/SH-002-1.jpg", "variants": [], "why": [{"code": "place_guessed", "words": "where to look is a guess", "effect": -1.434393}, {"code": "looks_very_alike", "words": "looks very alike", "effect": 0.291048}, {"code": "well_ahead", "words": "well ahead of the next product", "effect": 0.206422}]}, {"id": "c732afe6624c90b4dfc73d4452d64a7f", "product_id": "SH-001", "title": "Alba Stoneware Mug, Teal", "probability": 0.01116, "similarity": 0.622306, "reference_image": "images/SH-001-1.jpg", "variants": [], "why": [{"code": "place_guessed", "words": "where to look is a guess", "effect": -1.434393}, {"code": "looks_a_little_alike", "words": "looks only a little alike", "effect": -1.424282}, {"code": "far_behind", "words": "far behind the first", "effect": -0.920169}]}, {"id": "ed6710c621d9ccb2993396075316ee5d", "product_id": "SH-060", "title": "Lumi Soy Wax Scented Candle, Charcoal and Ivory", "probability": 0.001957, "similarity": 0.524455, "reference_image": "images/SH-060-2.jpg", "variants": [], "why": [{"code": "looks_a_little_alike", "words": "looks only a little alike", "effect": -2.582075}, {"code": "far_behind", "words": "far behind the first", "effect": -1.541254}, {"code": "place_guessed", "words": "where to look is a guess", "effect": -1.434393}]}, {"id": "f3428663cb3c5f42c2c46b11ed228444", "product_id": "SH-030", "title": "Basis Iron Frying Pan, Black and Walnut", "probability": 7e-06, "similarity": 0.208927, "reference_image": "images/SH-030-1.jpg", "variants": [], "why": [{"code": "looks_a_little_alike", "words": "looks only a little alike", "effect": -6.315449}, {"code": "far_behind", "words": "far behind the first", "effect": -3.543981}, {"code": "place_guessed", "words": "where to look is a guess", "effect": -1.434393}]}], "no_match": {"reason": "below_threshold", "detail": "Guesses: the first at 41%, where a precision of 90% asks for 61%."}}, {"box": null, "source": "photo", "calibrated": false, "suggestions": [{"id": "e4b73d109562fba9497bd9cfbd089b1a", "product_id": "SH-002", "title": "Alba Stoneware Mug, Navy", "probability": 0.987014, "similarity": 0.999235, "reference_image": "images/SH-002-1.jpg", "variants": [], "why": [{"code": "looks_very_alike", "words": "looks very alike", "effect": 3.035602}, {"code": "place_known", "words": "where to look is no guess", "effect": 1.589181}, {"code": "region_large_enough", "words": "the region is large enough to tell", "effect": 0.571267}]}, {"id": "77d82bed686c37d0782113e221cddb6c", "product_id": "SH-001", "title": "Alba Stoneware Mug, Teal", "probability": 0.010735, "similarity": 0.817219, "reference_image": "images/SH-001-3.jpg", "variants": [], "why": [{"code": "place_known", "words": "where to look is no guess", "effect": 1.589181}, {"code": "far_behind", "words": "far behind the first", "effect": -1.155301}, {"code": "looks_very_alike", "words": "looks very alike", "effect": 0.881952}]}, {"id": "e8f13bceea6f41b1d94fe0d1e489633a", "product_id": "SH-060", "title": "Lumi Soy Wax Scented Candle, Charcoal and Ivory", "probability": 0.000262, "similarity": 0.60865, "reference_image": "images/SH-060-2.jpg", "variants": [], "why": [{"code": "far_behind", "words": "far behind the first", "effect": -2.479136}, {"code": "place_known", "words": "where to look is no guess", "effect": 1.589181}, {"code": "looks_a_little_alike", "words": "looks only a little alike", "effect": -1.585869}]}, {"id": "9f5761d8baa39144c007f6ed90ddc901", "product_id": "SH-030", "title": "Basis Iron Frying Pan, Black and Walnut", "probability": 1e-06, "similarity": 0.261655, "reference_image": "images/SH-030-1.jpg", "variants": [], "why": [{"code": "looks_a_little_alike", "words": "looks only a little alike", "effect": -5.691569}, {"code": "far_behind", "words": "far behind the first", "effect": -4.681593}, {"code": "place_known", "words": "where to look is no guess", "effect": 1.589181}]}], "no_match": null}]','2026-12-01 12:08:03.593936');
CREATE TABLE tags (
	id VARCHAR(32) NOT NULL, 
	post_id VARCHAR(32) NOT NULL, 
	product_id TEXT NOT NULL, 
	x DOUBLE NOT NULL, 
	y DOUBLE NOT NULL, 
	box JSON, 
	suggestion_id VARCHAR(32), 
	decision_id VARCHAR(32) NOT NULL, 
	tagged_at DATETIME NOT NULL, 
	CONSTRAINT pk_tags PRIMARY KEY (id), 
	CONSTRAINT fk_tags_post_id_posts FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE
);
INSERT INTO "tags" VALUES('6df223863cfb4d939c184cb89379e312','12224fb5aba849e99d90dc54d163b706','SH-002',0.6,0.4,'[0.5, 0.125, 0.35416666666666663, 0.5416666666666666]','3e414f848fe24e4f2a4064d0a4a72229','ad9530536ff048d0b4b6ded82b7508c8','2026-12-01 12:08:16.409724');
CREATE INDEX ix_keys_account_id ON keys (account_id);
CREATE INDEX ix_photos_state ON photos (state);
CREATE INDEX ix_posts_feed ON posts (state, published_at, id);
CREATE INDEX ix_posts_photo_digest ON posts (photo_digest);
CREATE INDEX ix_posts_poster_feed ON posts (poster_id, state, published_at, id);
CREATE INDEX ix_tags_product_id_post_id ON tags (product_id, post_id);
CREATE UNIQUE INDEX uq_tags_post_id_product_id ON tags (post_id, product_id);
CREATE INDEX ix_decisions_account_id ON decisions (account_id);
CREATE INDEX ix_decisions_post_id ON decisions (post_id);
CREATE INDEX ix_decisions_product_id ON decisions (product_id);
CREATE INDEX ix_calls_started_at ON calls (started_at);
CREATE INDEX ix_clicks_account_id_first_at ON clicks (account_id, first_at, post_id);
CREATE INDEX ix_clicks_visitor_product_id_last_at ON clicks (visitor, product_id, last_at);
CREATE UNIQUE INDEX uq_clicks_tag_id_visitor_hour ON clicks (tag_id, visitor, hour);
CREATE UNIQUE INDEX uq_sales_order_id_line_id ON sales (order_id, line_id);
CREATE INDEX ix_refunds_sale_id ON refunds (sale_id);
CREATE INDEX ix_ledger_account_id_seq ON ledger (account_id, seq);
CREATE UNIQUE INDEX uq_ledger_account_id_currency_number ON ledger (account_id, currency, number);
CREATE INDEX ix_smiles_account_id ON smiles (account_id);
CREATE INDEX ix_imports_account_id ON imports (account_id);
CREATE INDEX ix_imports_created_at ON imports (created_at, id);
CREATE INDEX ix_imports_state ON imports (state, created_at);
CREATE INDEX ix_learned_views_learned_at ON learned_views (learned_at, id);
CREATE INDEX ix_learned_views_photo_digest ON learned_views (photo_digest);
CREATE INDEX ix_learned_views_post_id ON learned_views (post_id);
CREATE INDEX ix_learned_views_product_id ON learned_views (product_id, learned_at, id);
CREATE INDEX ix_learned_views_revision ON learned_views (revision);
CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'the log of decisions is append-only'); END;
CREATE TRIGGER decisions_no_delete BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'the log of decisions is append-only'); END;
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
COMMIT;